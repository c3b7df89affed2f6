# title: Compares medians
# kind: misconception
# fails: choose-rate-test 2/3
# hint: this compares medians

# %% choose-rate
def choose_rate(losses):
    best = min(losses, key=lambda rate: np.median(losses[rate]))
    error = np.std(losses[best], ddof=1) / np.sqrt(len(losses[best]))
    limit = np.median(losses[best]) + error
    return max(rate for rate in losses if np.median(losses[rate]) <= limit)
