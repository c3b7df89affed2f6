# title: Takes the rate with the highest mean within the limit
# kind: misconception
# fails: choose-rate-test 1/3
# hint: this is the smallest rate within one standard error, or the one with the highest mean

# %% choose-rate
def choose_rate(losses):
    means = {rate: np.mean(row) for rate, row in losses.items()}
    best = min(means, key=means.get)
    limit = means[best] + np.std(losses[best], ddof=1) / np.sqrt(len(losses[best]))
    return max((rate for rate in means if means[rate] <= limit), key=means.get)
