# title: Leaves the last layer without its activation function
# kind: misconception
# fails: forward-test 0/3, gradient-check-test 2/3
# hint: the last layer has no activation function

# %% forward
def forward(weights, x, name):
    a, h = [], [x]
    for layer, matrix in enumerate(weights):
        a.append(matrix @ h[-1])
        h.append(a[-1] if layer == len(weights) - 1 else activate(name, a[-1]))
    return a, h
