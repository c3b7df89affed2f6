# title: Computes all learning rates before the training begins
# kind: alternate

# %% one-cycle
def one_cycle(step, n_steps, max_rate):
    corners = [0, 0.45 * n_steps, 0.9 * n_steps, n_steps]
    return float(np.interp(step, corners, [max_rate / 10, max_rate, max_rate / 10, max_rate / 1000]))


def train_one_cycle(model, x, y, max_rate, epochs, batch_size=32):
    n_steps = epochs * ((len(x) + batch_size - 1) // batch_size)
    rates = np.array([one_cycle(step, n_steps, max_rate) for step in range(n_steps)])
    coming = iter(rates)

    def before_each_step(batch, logs):
        model.optimizer.learning_rate = float(next(coming))

    callback = keras.callbacks.LambdaCallback(on_train_batch_begin=before_each_step)
    model.fit(x, y, epochs=epochs, batch_size=batch_size, callbacks=[callback], verbose=0)
    return rates
