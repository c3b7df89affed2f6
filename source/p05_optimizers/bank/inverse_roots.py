# title: Multiplies by the inverse root instead of dividing
# kind: alternate

# %% adaptive
def adagrad_step(weights, gradient, accumulator, learning_rate, epsilon=1e-7):
    accumulator = accumulator + gradient * gradient
    return weights - learning_rate * gradient * (accumulator + epsilon) ** -0.5, accumulator


def rmsprop_step(weights, gradient, average, learning_rate, rho=0.9, epsilon=1e-7):
    average = np.average([average, gradient * gradient], axis=0, weights=[rho, 1 - rho])
    return weights - learning_rate * gradient * (average + epsilon) ** -0.5, average
