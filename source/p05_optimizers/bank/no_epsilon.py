# title: Leaves epsilon out
# kind: misconception
# fails: adaptive-test 2/4
# hint: 0/0 is not a number

# %% adaptive
def adagrad_step(weights, gradient, accumulator, learning_rate, epsilon=1e-7):
    accumulator = accumulator + gradient**2
    return weights - learning_rate * gradient / np.sqrt(accumulator), accumulator


def rmsprop_step(weights, gradient, average, learning_rate, rho=0.9, epsilon=1e-7):
    average = rho * average + (1 - rho) * gradient**2
    return weights - learning_rate * gradient / np.sqrt(average), average
