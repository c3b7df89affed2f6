# title: Takes the powers of t − 1
# kind: misconception
# fails: adam-test 1/4
# hint: t was counted from 0

# %% adam
def adam_step(weights, gradient, first, second, t, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    first = beta_1 * first + (1 - beta_1) * gradient
    second = beta_2 * second + (1 - beta_2) * gradient**2
    corrected = first / (1 - beta_1 ** (t - 1))
    scale = np.sqrt(second / (1 - beta_2 ** (t - 1))) + epsilon
    return weights - learning_rate * corrected / scale, first, second
