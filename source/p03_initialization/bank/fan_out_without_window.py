# title: Counts the window for fan-in only
# kind: misconception
# fails: fans-test 1/3, draw-weights-test 3/4
# hint: the window is missing in fan_out

# %% fans
def fans(kernel_shape):
    return int(np.prod(kernel_shape[:-1])), kernel_shape[-1]


conv_limit = np.sqrt(6 / sum(fans((3, 3, 3, 32))))
