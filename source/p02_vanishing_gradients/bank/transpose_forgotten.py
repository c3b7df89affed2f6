# title: Goes back through the weights without transposing them
# kind: misconception
# fails: backward-test 1/4
# hint: the weights on the way back are not transposed

# %% backward
def backward(weights, a, h, target, name):
    gradients = []
    delta = (h[-1] - target) * slope(name, a[-1])
    for layer in reversed(range(len(weights))):
        gradients.append(np.outer(delta, h[layer]))
        if layer > 0:
            delta = (weights[layer] @ delta) * slope(name, a[layer - 1])
    return gradients[::-1]
