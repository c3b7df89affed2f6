# title: Multiplies by 1 − momentum instead of dividing
# kind: misconception
# fails: terminal-velocity-test 2/3
# hint: multiplied by 1 − momentum instead of divided

# %% terminal-velocity
def terminal_velocity(learning_rate, gradient, momentum):
    return -learning_rate * gradient * (1 - momentum)


times_longer = {0.5: 2, 0.9: 10, 0.99: 100}
steps_to_95_percent = 29
