# title: Allows a whole standard deviation
# kind: misconception
# fails: choose-rate-test 1/3
# hint: this allows more than one standard error

# %% choose-rate
def choose_rate(losses):
    means = {rate: np.mean(values) for rate, values in losses.items()}
    best = min(means, key=means.get)
    error = np.std(losses[best], ddof=1)
    return max(rate for rate, mean in means.items() if mean <= means[best] + error)
