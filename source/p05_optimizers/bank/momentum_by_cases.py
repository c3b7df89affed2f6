# title: Writes the two variants of momentum one below the other
# kind: alternate

# %% momentum
def momentum_step(weights, gradient, velocity, learning_rate, momentum, nesterov=False):
    new = momentum * velocity - learning_rate * gradient
    if not nesterov:
        return weights + new, new
    return weights + momentum * new - learning_rate * gradient, new
