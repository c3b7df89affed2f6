# title: Takes the mean of the factors from layer to layer
# kind: misconception
# fails: slower-test 1/2
# hint: this is the mean of the single factors

# %% slower
def times_slower(gradients, layer):
    return np.linalg.norm(gradients[-1]) / np.linalg.norm(gradients[layer])


def factor_per_layer(gradients):
    sizes = [np.linalg.norm(gradient) for gradient in gradients]
    return np.mean([sizes[i] / sizes[i + 1] for i in range(len(sizes) - 1)])
