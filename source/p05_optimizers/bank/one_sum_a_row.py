# title: Keeps one sum for each row of a matrix
# kind: misconception
# fails: adaptive-test 3/4
# hint: squares were averaged over an axis

# %% adaptive
def adagrad_step(weights, gradient, accumulator, learning_rate, epsilon=1e-7):
    accumulator = accumulator + (
        gradient**2 if np.ndim(gradient) < 2 else np.mean(gradient**2, axis=-1, keepdims=True)
    )
    return weights - learning_rate * gradient / np.sqrt(accumulator + epsilon), accumulator


def rmsprop_step(weights, gradient, average, learning_rate, rho=0.9, epsilon=1e-7):
    average = rho * average + (1 - rho) * gradient**2
    return weights - learning_rate * gradient / np.sqrt(average + epsilon), average
