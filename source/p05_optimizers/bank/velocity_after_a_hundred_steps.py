# title: Lets the ball roll for a hundred steps
# kind: misconception
# fails: terminal-velocity-test 2/3
# hint: 100 steps are too few with this momentum

# %% terminal-velocity
def terminal_velocity(learning_rate, gradient, momentum):
    v = 0.0
    for _ in range(100):
        v = momentum * v - learning_rate * gradient
    return v


times_longer = {m: 1 / (1 - m) for m in (0.5, 0.9, 0.99)}


steps_to_95_percent = 29
