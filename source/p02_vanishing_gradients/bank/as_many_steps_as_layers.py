# title: Takes the root for the number of layers rather than of steps
# kind: misconception
# fails: slower-test 1/2
# hint: from the first to the last of

# %% slower
def times_slower(gradients, layer):
    return np.linalg.norm(gradients[-1]) / np.linalg.norm(gradients[layer])


def factor_per_layer(gradients):
    sizes = [np.linalg.norm(gradient) for gradient in gradients]
    return (sizes[0] / sizes[-1]) ** (1 / len(sizes))
