# title: Compiles the model with an optimiser of its own before the cycle
# kind: misconception
# fails: one-cycle-test 3/4
# hint: its momentum was not 0.9

# %% one-cycle
def one_cycle(step, n_steps, max_rate):
    corners = [0, 0.45 * n_steps, 0.9 * n_steps, n_steps]
    return np.interp(step, corners, [max_rate / 10, max_rate, max_rate / 10, max_rate / 1000])


def train_one_cycle(model, x, y, max_rate, epochs, batch_size=32):
    n_steps, rates = epochs * int(np.ceil(len(x) / batch_size)), []

    class Cycle(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            rates.append(one_cycle(len(rates), n_steps, max_rate))
            self.model.optimizer.learning_rate = rates[-1]

    model.compile(optimizer=keras.optimizers.SGD(momentum=0.9, nesterov=False), loss=model.loss)
    model.fit(x, y, epochs=epochs, batch_size=batch_size, callbacks=[Cycle()], verbose=0)
    return rates
