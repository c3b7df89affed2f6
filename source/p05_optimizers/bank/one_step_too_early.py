# title: Rounds the number of steps down
# kind: misconception
# fails: terminal-velocity-test 2/3
# hint: one step too early

# %% terminal-velocity
def terminal_velocity(learning_rate, gradient, momentum):
    return -learning_rate * gradient / (1 - momentum)


times_longer = {0.5: 2, 0.9: 10, 0.99: 100}
steps_to_95_percent = int(np.log(0.05) / np.log(0.9))
