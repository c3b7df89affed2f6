# title: Thinks that the factors of both averages cancel
# kind: misconception
# fails: first-step-test 1/2
# hint: but not by the same factor

# %% first-step
first_step = {"corrected": 0.001, "corrected, large gradient": 0.001, "not corrected": 0.001}
