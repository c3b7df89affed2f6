# title: Takes the sigmoid at 0 for its slope there
# kind: misconception
# fails: best-case-test 0/2
# hint: that is the sigmoid where it is steepest

# %% best-case
best_slope = 0.5
layers_to_a_millionth = 20
best_slowdown = 2**20
