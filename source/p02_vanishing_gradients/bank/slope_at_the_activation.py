# title: Takes the slopes at the activations
# kind: misconception
# fails: backward-test 0/4
# hint: the slope was taken at the activation

# %% backward
def backward(weights, a, h, target, name):
    gradients = []
    delta = (h[-1] - target) * slope(name, h[-1])
    for layer in reversed(range(len(weights))):
        gradients.append(np.outer(delta, h[layer]))
        if layer > 0:
            delta = (weights[layer].T @ delta) * slope(name, h[layer])
    return gradients[::-1]
