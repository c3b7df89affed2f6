# title: Sorts the lists of losses in place
# kind: misconception
# fails: choose-rate-test 1/3
# hint: sorted, for instance

# %% choose-rate
def choose_rate(losses):
    means = {rate: np.mean(values) for rate, values in losses.items()}
    for values in losses.values():
        values.sort()
    best = min(means, key=means.get)
    bound = means[best] + np.std(losses[best], ddof=1) / np.sqrt(len(losses[best]))
    return max(rate for rate, mean in means.items() if mean <= bound)
