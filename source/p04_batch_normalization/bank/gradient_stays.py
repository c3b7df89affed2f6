# title: Thinks that the gradient stays
# kind: misconception
# fails: invariance-test 2/3
# hint: the loss is the same, its slope is not

# %% invariance
tripled = {"output": 1, "gradient": 1, "turn": 1 / 9}
bias_gradient = 0
