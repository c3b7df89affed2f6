# title: With momentum 0, gives the old velocity back
# kind: misconception
# fails: momentum-test 1/3
# hint: with momentum 0 the old velocity is not kept

# %% momentum
def momentum_step(weights, gradient, velocity, learning_rate, momentum, nesterov=False):
    if not momentum:
        return weights - learning_rate * gradient, velocity
    velocity = momentum * velocity - learning_rate * gradient
    if nesterov:
        return weights + momentum * velocity - learning_rate * gradient, velocity
    return weights + velocity, velocity
