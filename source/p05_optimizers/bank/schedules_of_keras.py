# title: Asks Keras' own schedules where there are any
# kind: alternate

# %% schedules
def power_rate(step, initial_rate, decay_steps, power=1):
    once = keras.optimizers.schedules.InverseTimeDecay(1.0, decay_steps, 1.0)(step)
    return initial_rate * float(once) ** power


def exponential_rate(step, initial_rate, decay_steps):
    return float(keras.optimizers.schedules.ExponentialDecay(initial_rate, decay_steps, 0.1)(step))


def piecewise_rate(step, boundaries, rates):
    return float(keras.optimizers.schedules.PiecewiseConstantDecay(boundaries, rates)(step))


def cosine_rate(step, initial_rate, n_steps):
    return float(keras.optimizers.schedules.CosineDecay(initial_rate, n_steps)(step))
