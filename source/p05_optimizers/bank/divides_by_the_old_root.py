# title: Divides by the root of what was there before this gradient
# kind: misconception
# fails: adaptive-test 0/4
# hint: divided by the old accumulator's root

# %% adaptive
def adagrad_step(weights, gradient, accumulator, learning_rate, epsilon=1e-7):
    return (
        weights - learning_rate * gradient / np.sqrt(accumulator + epsilon),
        accumulator + gradient**2,
    )


def rmsprop_step(weights, gradient, average, learning_rate, rho=0.9, epsilon=1e-7):
    return (
        weights - learning_rate * gradient / np.sqrt(average + epsilon),
        rho * average + (1 - rho) * gradient**2,
    )
