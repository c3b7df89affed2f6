# title: Returns the gradients from the last layer to the first
# kind: misconception
# fails: backward-test 1/4
# hint: the list is in reverse order

# %% backward
def backward(weights, a, h, target, name):
    gradients = []
    delta = (h[-1] - target) * slope(name, a[-1])
    for layer in reversed(range(len(weights))):
        gradients.append(np.outer(delta, h[layer]))
        if layer > 0:
            delta = (weights[layer].T @ delta) * slope(name, a[layer - 1])
    return gradients
