# title: Counts one layer too many between the 30th and the 50th
# kind: misconception
# fails: best-case-test 1/2
# hint: this counts one layer too many

# %% best-case
best_slope = 0.25
layers_to_a_millionth = 10
best_slowdown = 4**21
