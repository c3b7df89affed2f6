# title: Lets the cosine go on after its end
# kind: misconception
# fails: schedules-test 3/4
# hint: after n_steps it rises again

# %% schedules
def power_rate(step, initial_rate, decay_steps, power=1):
    return initial_rate / (1 + step / decay_steps) ** power


def exponential_rate(step, initial_rate, decay_steps):
    return initial_rate * 0.1 ** (step / decay_steps)


def piecewise_rate(step, boundaries, rates):
    return rates[sum(step > boundary for boundary in boundaries)]


def cosine_rate(step, initial_rate, n_steps):
    return initial_rate * (1 + np.cos(np.pi * step / n_steps)) / 2
