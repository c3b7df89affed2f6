# title: Stops the weights that have no gradient
# kind: misconception
# fails: momentum-test 1/3
# hint: where the gradient is 0 the weights roll on

# %% momentum
def momentum_step(weights, gradient, velocity, learning_rate, momentum, nesterov=False):
    velocity = np.where(gradient == 0, 0.0, momentum * velocity - learning_rate * gradient)
    if nesterov:
        return weights + momentum * velocity - learning_rate * gradient, velocity
    return weights + velocity, velocity
