# title: Takes a rho of 0 for one that was not given
# kind: misconception
# fails: adaptive-test 3/4
# hint: rho is 0.9, whatever the argument says

# %% adaptive
def adagrad_step(weights, gradient, accumulator, learning_rate, epsilon=1e-7):
    accumulator = accumulator + gradient**2
    return weights - learning_rate * gradient / np.sqrt(accumulator + epsilon), accumulator


def rmsprop_step(weights, gradient, average, learning_rate, rho=0.9, epsilon=1e-7):
    rho = rho or 0.9
    average = rho * average + (1 - rho) * gradient**2
    return weights - learning_rate * gradient / np.sqrt(average + epsilon), average
