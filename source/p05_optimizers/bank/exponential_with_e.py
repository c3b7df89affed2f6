# title: Lets the learning rate fall by a factor of e
# kind: misconception
# fails: schedules-test 3/4
# hint: by a factor of e, not of 10

# %% schedules
def power_rate(step, initial_rate, decay_steps, power=1):
    return initial_rate / (1 + step / decay_steps) ** power


def exponential_rate(step, initial_rate, decay_steps):
    return initial_rate * np.exp(-step / decay_steps)


def piecewise_rate(step, boundaries, rates):
    return rates[sum(step > boundary for boundary in boundaries)]


def cosine_rate(step, initial_rate, n_steps):
    return initial_rate * (1 + np.cos(np.pi * min(step / n_steps, 1))) / 2
