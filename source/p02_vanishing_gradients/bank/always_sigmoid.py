# title: Uses the sigmoid whatever the name says
# kind: misconception
# fails: forward-test 1/3, gradient-check-test 1/3
# hint: tanh is taken for the sigmoid

# %% forward
def forward(weights, x, name):
    a, h = [], [x]
    for matrix in weights:
        a.append(matrix @ h[-1])
        h.append(1 / (1 + np.exp(-a[-1])))
    return a, h
