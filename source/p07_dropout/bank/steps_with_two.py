# title: Gives ℓ1 the factor 2 of ℓ2
# kind: misconception
# fails: alone-test 1/2
# hint: there is no factor 2

# %% alone
shrink_factor = 0.99
left_by_l2 = 0.5 * 0.99**100
steps_to_zero = 50
