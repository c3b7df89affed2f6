# title: Takes the standard deviation for the limit of the uniform distribution
# kind: misconception
# fails: fans-test 2/3
# hint: a uniform distribution reaches √3 times as far

# %% fans
def fans(kernel_shape):
    *window, inputs, outputs = kernel_shape
    return int(np.prod(window)) * inputs, int(np.prod(window)) * outputs


conv_limit = np.sqrt(2 / (27 + 288))
