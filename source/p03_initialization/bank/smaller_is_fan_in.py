# title: Takes the smaller of the two numbers for fan-in
# kind: misconception
# fails: fans-test 2/3, draw-weights-test 3/4
# hint: the two are swapped

# %% fans
import math


def fans(kernel_shape):
    *window, one, other = kernel_shape
    return math.prod(window) * min(one, other), math.prod(window) * max(one, other)


conv_limit = (6 / (27 + 288)) ** 0.5
