# title: Begins with the error alone, without the output's slope
# kind: misconception
# fails: backward-test 0/4
# hint: the slope of the activation function is missing

# %% backward
def backward(weights, a, h, target, name):
    gradients = []
    delta = h[-1] - target
    for layer in reversed(range(len(weights))):
        gradients.append(np.outer(delta, h[layer]))
        if layer > 0:
            delta = (weights[layer].T @ delta) * slope(name, a[layer - 1])
    return gradients[::-1]
