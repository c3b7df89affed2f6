# title: Hands the pre-activation to the next layer
# kind: misconception
# fails: forward-test 1/3, gradient-check-test 2/3
# hint: a layer is given the pre-activation of the one before

# %% forward
def forward(weights, x, name):
    a, h = [], [x]
    z = x
    for w in weights:
        z = w @ z
        a.append(z)
        h.append(activate(name, z))
    return a, h
