# title: Adds the standard error to the median
# kind: misconception
# fails: choose-rate-test 1/3
# hint: one standard error above the median

# %% choose-rate
def choose_rate(losses):
    means = {rate: np.mean(values) for rate, values in losses.items()}
    best = min(means, key=means.get)
    bound = np.median(losses[best]) + np.std(losses[best], ddof=1) / np.sqrt(len(losses[best]))
    return max(rate for rate, mean in means.items() if mean <= bound)
