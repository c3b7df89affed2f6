# title: Takes fan-in for fan-out
# kind: misconception
# fails: fans-test 1/3, draw-weights-test 1/4
# hint: the two are swapped

# %% fans
def fans(kernel_shape):
    *window, inputs, outputs = kernel_shape
    return int(np.prod(window)) * outputs, int(np.prod(window)) * inputs


conv_limit = np.sqrt(6 / (27 + 288))
