# title: Counts the layers from the input rather than those between
# kind: misconception
# fails: best-case-test 1/2
# hint: this goes through 30 layers

# %% best-case
best_slope = 0.25
layers_to_a_millionth = 10
best_slowdown = 4**30
