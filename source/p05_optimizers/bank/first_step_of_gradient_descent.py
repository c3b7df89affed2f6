# title: Takes Adam's first step for one of gradient descent
# kind: misconception
# fails: first-step-test 1/2
# hint: that is plain gradient descent

# %% first-step
first_step = {"corrected": 0.00002, "corrected, large gradient": 0.02, "not corrected": 0.0031623}
