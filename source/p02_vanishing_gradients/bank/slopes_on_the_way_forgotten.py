# title: Multiplies with the output's slope only
# kind: misconception
# fails: backward-test 1/4
# hint: the slopes on the way back are missing

# %% backward
def backward(weights, a, h, target, name):
    gradients = []
    delta = (h[-1] - target) * slope(name, a[-1])
    for layer in reversed(range(len(weights))):
        gradients.append(np.outer(delta, h[layer]))
        if layer > 0:
            delta = (weights[layer].T @ delta) * 1.0
    return gradients[::-1]
