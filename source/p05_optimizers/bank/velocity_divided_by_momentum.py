# title: Divides by the momentum, and so gets the factors wrong too
# kind: misconception
# fails: terminal-velocity-test 1/3
# hint: divided by the momentum itself

# %% terminal-velocity
def terminal_velocity(learning_rate, gradient, momentum):
    return -learning_rate * gradient / momentum


times_longer = {momentum: 1 / momentum for momentum in (0.5, 0.9, 0.99)}
steps_to_95_percent = 29
