# title: Uses NumPy's functions and names of its own
# kind: alternate

# %% adam
def adam_step(weights, gradient, first, second, t, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m = np.multiply(beta_1, first) + np.multiply(1 - beta_1, gradient)
    s = np.multiply(beta_2, second) + np.multiply(1 - beta_2, np.square(gradient))
    direction = (m / (1 - np.power(beta_1, t))) / (np.sqrt(s / (1 - np.power(beta_2, t))) + epsilon)
    return np.subtract(weights, learning_rate * direction), m, s
