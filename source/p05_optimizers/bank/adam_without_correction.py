# title: Leaves the bias correction out
# kind: misconception
# fails: adam-test 1/4
# hint: without bias correction

# %% adam
def adam_step(weights, gradient, first, second, t, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    first = beta_1 * first + (1 - beta_1) * gradient
    second = beta_2 * second + (1 - beta_2) * gradient**2
    return weights - learning_rate * first / (np.sqrt(second) + epsilon), first, second
