# title: Gives the slowdown as a number below 1, and rounds the layers down
# kind: misconception
# fails: best-case-test 0/2
# hint: this is its inverse

# %% best-case
best_slope = 0.25
layers_to_a_millionth = 9
best_slowdown = 0.25**20
