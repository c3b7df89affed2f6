# title: Finds the terminal velocity by taking steps, and the answers from it
# kind: alternate

# %% terminal-velocity
def terminal_velocity(learning_rate, gradient, momentum):
    velocity = 0.0
    for _ in range(10_000):
        velocity = momentum * velocity - learning_rate * gradient
    return velocity


times_longer = {momentum: -terminal_velocity(0.01, 1.0, momentum) / 0.01 for momentum in (0.5, 0.9, 0.99)}
speed, steps_to_95_percent = 0.0, 0
while speed < 0.95:
    speed = 0.9 * speed + 0.1
    steps_to_95_percent += 1
