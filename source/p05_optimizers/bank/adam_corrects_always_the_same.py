# title: Corrects every step as the first one
# kind: misconception
# fails: adam-test 2/4
# hint: the correction does not depend on t

# %% adam
def adam_step(weights, gradient, first, second, t, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    first = beta_1 * first + (1 - beta_1) * gradient
    second = beta_2 * second + (1 - beta_2) * gradient**2
    scale = np.sqrt(second / (1 - beta_2)) + epsilon
    return weights - learning_rate * first / (1 - beta_1) / scale, first, second
