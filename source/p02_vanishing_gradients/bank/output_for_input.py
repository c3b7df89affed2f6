# title: Multiplies delta with the layer's output instead of its input
# kind: misconception
# fails: backward-test 0/4
# hint: delta was multiplied with the layer's output, not with its input

# %% backward
def backward(weights, a, h, target, name):
    gradients = []
    delta = (h[-1] - target) * slope(name, a[-1])
    for layer in reversed(range(len(weights))):
        gradients.append(np.outer(delta, h[layer + 1]))
        if layer > 0:
            delta = (weights[layer].T @ delta) * slope(name, a[layer - 1])
    return gradients[::-1]
