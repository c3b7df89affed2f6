# title: Computes He's limit for Glorot's
# kind: misconception
# fails: fans-test 2/3
# hint: this is He's limit

# %% fans
def fans(kernel_shape):
    *window, inputs, outputs = kernel_shape
    return int(np.prod(window)) * inputs, int(np.prod(window)) * outputs


conv_limit = np.sqrt(6 / 27)
