# title: Sums the squares in RMSProp too
# kind: misconception
# fails: adaptive-test 2/4
# hint: this is AdaGrad's sum, which never forgets

# %% adaptive
def adagrad_step(weights, gradient, accumulator, learning_rate, epsilon=1e-7):
    accumulator = accumulator + gradient**2
    return weights - learning_rate * gradient / np.sqrt(accumulator + epsilon), accumulator


def rmsprop_step(weights, gradient, average, learning_rate, rho=0.9, epsilon=1e-7):
    average = average + gradient**2
    return weights - learning_rate * gradient / np.sqrt(average + epsilon), average
