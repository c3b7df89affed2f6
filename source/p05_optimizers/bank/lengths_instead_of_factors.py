# title: Answers with the lengths of the steps for a learning rate of 0.01
# kind: misconception
# fails: terminal-velocity-test 2/3
# hint: rather than the factors

# %% terminal-velocity
def terminal_velocity(learning_rate, gradient, momentum):
    return -learning_rate * gradient / (1 - momentum)


times_longer = {0.5: 0.02, 0.9: 0.1, 0.99: 1.0}
steps_to_95_percent = 29
