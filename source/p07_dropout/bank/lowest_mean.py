# title: Takes the rate with the lowest mean
# kind: misconception
# fails: choose-rate-test 1/3
# hint: this is the rate with the lowest mean

# %% choose-rate
def choose_rate(losses):
    means = {rate: np.mean(values) for rate, values in losses.items()}
    best = min(means, key=means.get)
    return best
