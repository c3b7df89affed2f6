# title: Lets the ball roll for a thousand steps
# kind: misconception
# fails: terminal-velocity-test 2/3
# hint: 1,000 steps are too few with this momentum

# %% terminal-velocity
def terminal_velocity(learning_rate, gradient, momentum):
    v = 0.0
    for _ in range(1_000):
        v = momentum * v - learning_rate * gradient
    return v


times_longer = {0.5: 2, 0.9: 10, 0.99: 100}
steps_to_95_percent = 29
