# title: Gives the share of the weight that is left
# kind: misconception
# fails: alone-test 1/2
# hint: this is the share that is left

# %% alone
shrink_factor = 0.99
left_by_l2 = 0.99**100
steps_to_zero = 100
