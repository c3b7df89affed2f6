# title: Takes the slope at the layer that the gradient leaves
# kind: misconception
# fails: backward-test 1/4
# hint: the slopes are those of the layer after

# %% backward
def backward(weights, a, h, target, name):
    gradients = []
    delta = (h[-1] - target) * slope(name, a[-1])
    for layer in reversed(range(len(weights))):
        gradients.append(np.outer(delta, h[layer]))
        if layer > 0:
            delta = (weights[layer].T @ delta) * slope(name, a[layer])
    return gradients[::-1]
