# title: Leaves the averages of weights without a gradient as they are
# kind: misconception
# fails: adam-test 3/4
# hint: where the gradient is 0, the averages fall, too

# %% adam
def adam_step(weights, gradient, first, second, t, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    seen = gradient != 0
    first = np.where(seen, beta_1 * first + (1 - beta_1) * gradient, first)
    second = np.where(seen, beta_2 * second + (1 - beta_2) * gradient**2, second)
    m, s = first / (1 - beta_1**t), second / (1 - beta_2**t)
    return weights - learning_rate * m / (np.sqrt(s) + epsilon), first, second
