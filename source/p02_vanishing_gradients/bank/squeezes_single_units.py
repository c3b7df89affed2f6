# title: Makes a number of a layer with one unit
# kind: misconception
# fails: forward-test 2/3
# hint: does not have enough dimensions

# %% forward
def forward(weights, x, name):
    a, h = [], [x]
    for matrix in weights:
        a.append(np.squeeze(matrix @ h[-1]))
        h.append(activate(name, a[-1]))
    return a, h
