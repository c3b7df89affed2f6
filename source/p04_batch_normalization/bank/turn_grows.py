# title: Thinks that longer weights turn faster
# kind: misconception
# fails: invariance-test 2/3
# hint: larger weights turn more slowly

# %% invariance
tripled = {"output": 1, "gradient": 1 / 3, "turn": 9}
bias_gradient = 0
