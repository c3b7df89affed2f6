# title: Puts the top in the middle of all steps
# kind: misconception
# fails: one-cycle-test 0/4
# hint: the top is in the middle of all steps

# %% one-cycle
def one_cycle(step, n_steps, max_rate):
    corners = [0, 0.5 * n_steps, 0.9 * n_steps, n_steps]
    return float(np.interp(step, corners, [max_rate / 10, max_rate, max_rate / 10, max_rate / 1000]))


def train_one_cycle(model, x, y, max_rate, epochs, batch_size=32):
    n_steps = epochs * int(np.ceil(len(x) / batch_size))
    rates = []

    class OneCycle(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            rates.append(one_cycle(len(rates), n_steps, max_rate))
            self.model.optimizer.learning_rate = rates[-1]

    model.fit(x, y, epochs=epochs, batch_size=batch_size, callbacks=[OneCycle()], verbose=0)
    return rates
