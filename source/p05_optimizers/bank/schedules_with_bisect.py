# title: Finds the piece with bisect, and stops the cosine with an if
# kind: alternate

# %% schedules
from bisect import bisect_left


def power_rate(step, initial_rate, decay_steps, power=1):
    return initial_rate * (decay_steps / (decay_steps + step)) ** power


def exponential_rate(step, initial_rate, decay_steps):
    return initial_rate / 10 ** (step / decay_steps)


def piecewise_rate(step, boundaries, rates):
    return rates[bisect_left(boundaries, step)]


def cosine_rate(step, initial_rate, n_steps):
    if step >= n_steps:
        return 0.0
    return initial_rate * np.cos(np.pi * step / n_steps / 2) ** 2
