# title: Divides the layer's norm by the last layer's
# kind: misconception
# fails: slower-test 0/2
# hint: this is its inverse

# %% slower
def times_slower(gradients, layer):
    return np.linalg.norm(gradients[layer]) / np.linalg.norm(gradients[-1])


def factor_per_layer(gradients):
    sizes = [np.linalg.norm(gradient) for gradient in gradients]
    return (sizes[0] / sizes[-1]) ** (1 / (len(sizes) - 1))
