# title: Multiplies as Keras does, a row times a matrix
# kind: misconception
# fails: forward-test 0/3, gradient-check-test 1/3
# hint: this is h W (a row times a matrix), not W h

# %% forward
def forward(weights, x, name):
    a, h = [], [x]
    for matrix in weights:
        a.append(h[-1] @ matrix)
        h.append(activate(name, a[-1]))
    return a, h
