# title: Forgets the square root
# kind: misconception
# fails: first-step-test 1/2
# hint: the square root is missing

# %% first-step
first_step = {"corrected": 0.001, "corrected, large gradient": 0.001, "not corrected": 0.1}
