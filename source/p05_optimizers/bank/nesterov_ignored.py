# title: Ignores the argument nesterov
# kind: misconception
# fails: momentum-test 2/3
# hint: that is the step without Nesterov's variant

# %% momentum
def momentum_step(weights, gradient, velocity, learning_rate, momentum, nesterov=False):
    velocity = momentum * velocity - learning_rate * gradient
    return weights + velocity, velocity
