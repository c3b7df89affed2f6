# title: Adds epsilon outside the square root, as the papers do
# kind: alternate

# %% adaptive
def adagrad_step(weights, gradient, accumulator, learning_rate, epsilon=1e-7):
    total = accumulator + np.square(gradient)
    return weights - learning_rate * gradient / (np.sqrt(total) + epsilon), total


def rmsprop_step(weights, gradient, average, learning_rate, rho=0.9, epsilon=1e-7):
    mean_square = average + (1 - rho) * (np.square(gradient) - average)
    return weights - learning_rate * gradient / (np.sqrt(mean_square) + epsilon), mean_square
