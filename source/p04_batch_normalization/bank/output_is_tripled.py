# title: Thinks that the output is tripled
# kind: misconception
# fails: invariance-test 2/3
# hint: numerator and denominator are both tripled

# %% invariance
tripled = {"output": 3, "gradient": 1 / 3, "turn": 1 / 9}
bias_gradient = 0
