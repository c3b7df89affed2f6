# title: Uses NumPy's functions and one difference for both variants
# kind: alternate

# %% momentum
def momentum_step(weights, gradient, velocity, learning_rate, momentum, nesterov=False):
    step = np.multiply(learning_rate, gradient)
    new_velocity = np.subtract(np.multiply(momentum, velocity), step)
    ahead = np.subtract(np.multiply(momentum, new_velocity), step) if nesterov else new_velocity
    return np.add(weights, ahead), new_velocity
