# title: Takes the slope of the layer that it leaves a second time
# kind: misconception
# fails: backward-test 1/4
# hint: delta takes that layer's slope, which it has already

# %% backward
def backward(weights, a, h, target, name):
    L = len(weights)
    grads = [None] * L
    delta = (h[-1] - target) * slope(name, a[-1])
    for layer in range(L - 1, -1, -1):
        grads[layer] = np.outer(delta, h[layer])
        if layer > 0:
            delta = weights[layer].T @ (delta * slope(name, a[layer]))
    return grads
