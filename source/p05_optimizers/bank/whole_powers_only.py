# title: Divides as often as the power says, a whole number of times
# kind: misconception
# fails: schedules-test 3/4
# hint: the power was cut to a whole number

# %% schedules
def power_rate(step, initial_rate, decay_steps, power=1):
    rate = initial_rate
    for _ in range(int(power)):
        rate = rate / (1 + step / decay_steps)
    return rate


def exponential_rate(step, initial_rate, decay_steps):
    return initial_rate * 0.1 ** (step / decay_steps)


def piecewise_rate(step, boundaries, rates):
    for boundary, rate in zip(boundaries, rates, strict=False):
        if step <= boundary:
            return rate
    return rates[-1]


def cosine_rate(step, initial_rate, n_steps):
    return initial_rate * (1 + np.cos(np.pi * min(step / n_steps, 1))) / 2
