# title: Takes the rate with the single lowest loss
# kind: misconception
# fails: choose-rate-test 0/3
# hint: the single lowest loss

# %% choose-rate
def choose_rate(losses):
    means = {rate: np.mean(values) for rate, values in losses.items()}
    best = min(means, key=means.get)
    error = np.std(losses[best], ddof=1) / np.sqrt(len(losses[best]))
    return min(losses, key=lambda rate: min(losses[rate]))
