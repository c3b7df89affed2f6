# title: Gives the terminal velocity without its sign
# kind: misconception
# fails: terminal-velocity-test 2/3
# hint: a positive gradient drives the weights down, a negative one up

# %% terminal-velocity
def terminal_velocity(learning_rate, gradient, momentum):
    return learning_rate * gradient / (1 - momentum)


times_longer = {0.5: 2, 0.9: 10, 0.99: 100}
steps_to_95_percent = 29
