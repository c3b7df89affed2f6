# title: Limits every delta to the range from -10 to 10
# kind: misconception
# fails: backward-test 3/4
# hint: delta was limited to 10 and −10

# %% backward
def backward(weights, a, h, target, name):
    L = len(weights)
    grads = [None] * L
    delta = (h[-1] - target) * slope(name, a[-1])
    for layer in range(L - 1, -1, -1):
        delta = np.clip(delta, -10, 10)
        grads[layer] = np.outer(delta, h[layer])
        if layer > 0:
            delta = (weights[layer].T @ delta) * slope(name, a[layer - 1])
    return grads
