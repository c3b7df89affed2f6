# title: Changes the default epsilon of AdaGrad to 1e-10
# kind: misconception
# fails: adaptive-test 3/4
# hint: epsilon is 1e-10, not its default

# %% adaptive
def adagrad_step(weights, gradient, accumulator, learning_rate, epsilon=1e-10):
    accumulator = accumulator + gradient**2
    return weights - learning_rate * gradient / np.sqrt(accumulator + epsilon), accumulator


def rmsprop_step(weights, gradient, average, learning_rate, rho=0.9, epsilon=1e-7):
    average = rho * average + (1 - rho) * gradient**2
    return weights - learning_rate * gradient / np.sqrt(average + epsilon), average
