# title: Forgets the factor 2 in the gradient of w²
# kind: misconception
# fails: alone-test 1/2
# hint: the 2 is missing

# %% alone
shrink_factor = 0.995
left_by_l2 = 0.5 * 0.995**100
steps_to_zero = 100
