# title: Forgets the learning rate with ℓ2
# kind: misconception
# fails: alone-test 1/2
# hint: the learning rate is missing

# %% alone
shrink_factor = 0.9
left_by_l2 = 0.5 * 0.9**100
steps_to_zero = 100
