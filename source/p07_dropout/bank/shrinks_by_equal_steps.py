# title: Lets ℓ2 take the same from the weight in each step
# kind: misconception
# fails: alone-test 1/2
# hint: a step takes one hundredth of what is there

# %% alone
shrink_factor = 0.99
left_by_l2 = 0.0
steps_to_zero = 100
