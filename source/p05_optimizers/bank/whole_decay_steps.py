# title: Cuts decay_steps to a whole number
# kind: misconception
# fails: schedules-test 3/4
# hint: decay_steps need not be whole

# %% schedules
def power_rate(step, initial_rate, decay_steps, power=1):
    decay_steps = int(decay_steps)
    return initial_rate / (1 + step / decay_steps) ** power


def exponential_rate(step, initial_rate, decay_steps):
    return initial_rate * 0.1 ** (step / decay_steps)


def piecewise_rate(step, boundaries, rates):
    for boundary, rate in zip(boundaries, rates):
        if step <= boundary:
            return rate
    return rates[-1]


def cosine_rate(step, initial_rate, n_steps):
    return initial_rate * 0.5 * (1 + np.cos(np.pi * min(step, n_steps) / n_steps))
