# title: Writes the three pieces of the cycle as cases, and the callback with a count of its own
# kind: alternate

# %% one-cycle
def one_cycle(step, n_steps, max_rate):
    done = step / n_steps
    if done <= 0.45:
        return max_rate * (0.1 + 0.9 * done / 0.45)
    if done <= 0.9:
        return max_rate * (1 - 0.9 * (done - 0.45) / 0.45)
    return max_rate * (0.1 - 0.099 * (done - 0.9) / 0.1)


class Cycle(keras.callbacks.Callback):
    def __init__(self, n_steps, max_rate):
        super().__init__()
        self.n_steps, self.max_rate, self.rates = n_steps, max_rate, []

    def on_train_batch_begin(self, batch, logs=None):
        rate = one_cycle(len(self.rates), self.n_steps, self.max_rate)
        self.model.optimizer.learning_rate.assign(rate)
        self.rates.append(rate)


def train_one_cycle(model, x, y, max_rate, epochs, batch_size=32):
    cycle = Cycle(epochs * -(-len(x) // batch_size), max_rate)
    model.fit(x, y, epochs=epochs, batch_size=batch_size, callbacks=[cycle], verbose=0)
    return cycle.rates
