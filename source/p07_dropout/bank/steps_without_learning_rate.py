# title: Forgets the learning rate with ℓ1
# kind: misconception
# fails: alone-test 1/2
# hint: the strength times the learning rate

# %% alone
shrink_factor = 0.99
left_by_l2 = 0.5 * 0.99**100
steps_to_zero = 10
