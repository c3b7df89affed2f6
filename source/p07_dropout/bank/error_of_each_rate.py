# title: Uses the standard error of the rate in question
# kind: misconception
# fails: choose-rate-test 1/3
# hint: a standard error of other rates

# %% choose-rate
def choose_rate(losses):
    best = min(losses, key=lambda rate: np.mean(losses[rate]))
    within = []
    for rate, values in losses.items():
        if np.mean(values) - np.std(values, ddof=1) / np.sqrt(len(values)) <= np.mean(losses[best]):
            within.append(rate)
    return max(within)
