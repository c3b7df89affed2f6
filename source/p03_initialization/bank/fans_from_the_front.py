# title: Reads the kernel's shape from the front
# kind: misconception
# fails: fans-test 2/3, draw-weights-test 3/4
# hint: these are the first two entries of the shape

# %% fans
def fans(kernel_shape):
    return kernel_shape[0], kernel_shape[1]


conv_limit = np.sqrt(6 / (27 + 288))
