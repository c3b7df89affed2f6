# title: Thinks that the bias has a gradient
# kind: misconception
# fails: invariance-test 2/3
# hint: the loss does not change at all when the bias does

# %% invariance
tripled = {"output": 1, "gradient": 1 / 3, "turn": 1 / 9}
bias_gradient = 1
