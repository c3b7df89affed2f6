# title: Uses beta_1 for both averages
# kind: misconception
# fails: adam-test 0/4
# hint: beta_1 was used here too

# %% adam
def adam_step(weights, gradient, first, second, t, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    first = beta_1 * first + (1 - beta_1) * gradient
    second = beta_1 * second + (1 - beta_1) * gradient**2
    scale = np.sqrt(second / (1 - beta_1**t)) + epsilon
    return weights - learning_rate * first / (1 - beta_1**t) / scale, first, second
