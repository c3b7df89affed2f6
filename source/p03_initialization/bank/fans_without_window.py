# title: Forgets the window of convolutions
# kind: misconception
# fails: fans-test 1/3, draw-weights-test 3/4
# hint: the window is missing in both

# %% fans
def fans(kernel_shape):
    return kernel_shape[-2], kernel_shape[-1]


conv_limit = np.sqrt(6 / sum(fans((3, 3, 3, 32))))
