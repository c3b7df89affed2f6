# title: Thinks of the average of the gradients alone
# kind: misconception
# fails: first-step-test 1/2
# hint: which makes the step longer

# %% first-step
first_step = {"corrected": 0.001, "corrected, large gradient": 0.001, "not corrected": 0.0001}
