# title: Takes the smallest rate within one standard error
# kind: misconception
# fails: choose-rate-test 1/3
# hint: this is the smallest rate within one standard error

# %% choose-rate
def choose_rate(losses):
    means = {rate: np.mean(values) for rate, values in losses.items()}
    best = min(means, key=means.get)
    error = np.std(losses[best], ddof=1) / np.sqrt(len(losses[best]))
    return min(rate for rate, mean in means.items() if mean <= means[best] + error)
