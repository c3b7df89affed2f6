# title: Divides by n in the standard deviation
# kind: misconception
# fails: choose-rate-test 1/3
# hint: divides by n, not by n

# %% choose-rate
def choose_rate(losses):
    means = {rate: np.mean(values) for rate, values in losses.items()}
    best = min(means, key=means.get)
    error = np.std(losses[best]) / np.sqrt(len(losses[best]))
    return max(rate for rate, mean in means.items() if mean <= means[best] + error)
