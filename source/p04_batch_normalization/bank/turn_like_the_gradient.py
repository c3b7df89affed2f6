# title: Forgets that the weights are longer
# kind: misconception
# fails: invariance-test 2/3
# hint: the step is shorter, and w is longer too

# %% invariance
tripled = {"output": 1, "gradient": 1 / 3, "turn": 1 / 3}
bias_gradient = 0
