# title: Divides without remainder
# kind: misconception
# fails: schedules-test 3/4
# hint: the rate falls in stairs

# %% schedules
def power_rate(step, initial_rate, decay_steps, power=1):
    return initial_rate / (1 + step / decay_steps) ** power


def exponential_rate(step, initial_rate, decay_steps):
    return initial_rate * 0.1 ** (step // decay_steps)


def piecewise_rate(step, boundaries, rates):
    return rates[sum(step > boundary for boundary in boundaries)]


def cosine_rate(step, initial_rate, n_steps):
    return initial_rate * (1 + np.cos(np.pi * min(step / n_steps, 1))) / 2
