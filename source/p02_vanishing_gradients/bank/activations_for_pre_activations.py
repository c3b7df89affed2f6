# title: Keeps the activations where the pre-activations are asked for
# kind: misconception
# fails: forward-test 1/3
# hint: this is the activation, not the pre-activation

# %% forward
def forward(weights, x, name):
    a, h = [], [x]
    for matrix in weights:
        h.append(activate(name, matrix @ h[-1]))
        a.append(h[-1])
    return a, h
