# title: Averages the gradients, as Adam does, instead of adding them up
# kind: misconception
# fails: momentum-test 0/3
# hint: the gradient is multiplied by 1 − momentum

# %% momentum
def momentum_step(weights, gradient, velocity, learning_rate, momentum, nesterov=False):
    velocity = momentum * velocity - (1 - momentum) * learning_rate * gradient
    step = momentum * velocity - (1 - momentum) * learning_rate * gradient if nesterov else velocity
    return weights + step, velocity
