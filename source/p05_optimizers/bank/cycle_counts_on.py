# title: Counts the steps in the class, across trainings
# kind: misconception
# fails: one-cycle-test 3/4
# hint: the steps are counted on from the training before

# %% one-cycle
def one_cycle(step, n_steps, max_rate):
    return float(
        np.interp(
            step,
            [0, 0.45 * n_steps, 0.9 * n_steps, n_steps],
            [max_rate / 10, max_rate, max_rate / 10, max_rate / 1000],
        )
    )


class _Cycle(keras.callbacks.Callback):
    step = 0

    def __init__(self, n_steps, max_rate):
        super().__init__()
        self.n_steps, self.max_rate, self.rates = n_steps, max_rate, []

    def on_train_batch_begin(self, batch, logs=None):
        rate = one_cycle(_Cycle.step, self.n_steps, self.max_rate)
        _Cycle.step += 1
        self.model.optimizer.learning_rate = rate
        self.rates.append(rate)


def train_one_cycle(model, x, y, max_rate, epochs, batch_size=32):
    cycle = _Cycle(epochs * int(np.ceil(len(x) / batch_size)), max_rate)
    model.fit(x, y, batch_size=batch_size, epochs=epochs, callbacks=[cycle], verbose=0)
    return cycle.rates
