# title: The list of inputs does not begin with x
# kind: misconception
# fails: forward-test 0/3
# hint: h does not hold the input

# %% forward
def forward(weights, x, name):
    a, h = [], []
    for matrix in weights:
        a.append(matrix @ x)
        x = activate(name, a[-1])
        h.append(x)
    return a, h
