# title: Lets the velocity have the sign of the gradient
# kind: misconception
# fails: momentum-test 0/3
# hint: the velocity has the sign of the gradient

# %% momentum
def momentum_step(weights, gradient, velocity, learning_rate, momentum, nesterov=False):
    velocity = momentum * velocity + learning_rate * gradient
    step = momentum * velocity + learning_rate * gradient if nesterov else velocity
    return weights - step, velocity
