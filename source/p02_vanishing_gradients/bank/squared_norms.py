# title: Compares sums of squares
# kind: misconception
# fails: slower-test 0/2
# hint: this uses the sum of squares, without the root

# %% slower
def times_slower(gradients, layer):
    return np.sum(gradients[-1] ** 2) / np.sum(gradients[layer] ** 2)


def factor_per_layer(gradients):
    sizes = [np.linalg.norm(gradient) for gradient in gradients]
    return (sizes[0] / sizes[-1]) ** (1 / (len(sizes) - 1))
