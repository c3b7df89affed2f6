# title: Thinks that the gradient grows
# kind: misconception
# fails: invariance-test 2/3
# hint: it is the other way round: larger weights, flatter loss

# %% invariance
tripled = {"output": 1, "gradient": 3, "turn": 1 / 9}
bias_gradient = 0
