# title: Corrects the learning rate instead of the averages
# kind: alternate

# %% adam
def adam_step(weights, gradient, first, second, t, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    first = first + (gradient - first) * (1 - beta_1)
    second = second + (gradient**2 - second) * (1 - beta_2)
    rate = learning_rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
    return weights - rate * first / (np.sqrt(second) + epsilon), first, second
