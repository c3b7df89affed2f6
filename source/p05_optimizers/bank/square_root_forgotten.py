# title: Divides by the sum of squares itself
# kind: misconception
# fails: adaptive-test 0/4
# hint: not by its square root

# %% adaptive
def adagrad_step(weights, gradient, accumulator, learning_rate, epsilon=1e-7):
    accumulator = accumulator + gradient**2
    return weights - learning_rate * gradient / (accumulator + epsilon), accumulator


def rmsprop_step(weights, gradient, average, learning_rate, rho=0.9, epsilon=1e-7):
    average = rho * average + (1 - rho) * gradient**2
    return weights - learning_rate * gradient / (average + epsilon), average
