# title: Gives the factor from a layer to the one after it
# kind: misconception
# fails: slower-test 1/2
# hint: this is the factor from a layer to the one after it

# %% slower
def times_slower(gradients, layer):
    return np.linalg.norm(gradients[-1]) / np.linalg.norm(gradients[layer])


def factor_per_layer(gradients):
    sizes = [np.linalg.norm(gradient) for gradient in gradients]
    return (sizes[-1] / sizes[0]) ** (1 / (len(sizes) - 1))
