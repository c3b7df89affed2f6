# title: Answers with NumPy numbers
# kind: alternate

# %% terminal-velocity
def terminal_velocity(learning_rate, gradient, momentum):
    return np.float32(-1) * learning_rate * gradient / np.float64(1 - momentum)


times_longer = {0.5: np.float64(2), 0.9: np.int64(10), 0.99: 100}
steps_to_95_percent = np.argmax(1 - 0.9 ** np.arange(100) >= 0.95)
