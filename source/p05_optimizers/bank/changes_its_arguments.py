# title: Changes the velocity in place
# kind: misconception
# fails: momentum-test 1/3
# hint: the arrays that were handed over, after the call

# %% momentum
def momentum_step(weights, gradient, velocity, learning_rate, momentum, nesterov=False):
    velocity *= momentum
    velocity -= learning_rate * gradient
    step = momentum * velocity - learning_rate * gradient if nesterov else velocity
    return weights + step, velocity
