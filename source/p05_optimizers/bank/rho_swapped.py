# title: Keeps the share 1 − rho of the average
# kind: misconception
# fails: adaptive-test 2/4
# hint: rho and 1 − rho are swapped

# %% adaptive
def adagrad_step(weights, gradient, accumulator, learning_rate, epsilon=1e-7):
    accumulator = accumulator + gradient**2
    return weights - learning_rate * gradient / np.sqrt(accumulator + epsilon), accumulator


def rmsprop_step(weights, gradient, average, learning_rate, rho=0.9, epsilon=1e-7):
    average = (1 - rho) * average + rho * gradient**2
    return weights - learning_rate * gradient / np.sqrt(average + epsilon), average
