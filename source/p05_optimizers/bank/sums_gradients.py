# title: Adds up the gradients instead of their squares in AdaGrad
# kind: misconception
# fails: adaptive-test 2/4
# hint: the gradients were added, not their squares

# %% adaptive
def adagrad_step(weights, gradient, accumulator, learning_rate, epsilon=1e-7):
    accumulator = accumulator + gradient
    return weights - learning_rate * gradient / np.sqrt(accumulator + epsilon), accumulator


def rmsprop_step(weights, gradient, average, learning_rate, rho=0.9, epsilon=1e-7):
    average = rho * average + (1 - rho) * gradient**2
    return weights - learning_rate * gradient / np.sqrt(average + epsilon), average
