# title: Moves the weights before the velocity has changed
# kind: misconception
# fails: momentum-test 0/3
# hint: they moved with the old velocity

# %% momentum
def momentum_step(weights, gradient, velocity, learning_rate, momentum, nesterov=False):
    return weights + velocity, momentum * velocity - learning_rate * gradient
