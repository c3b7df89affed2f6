# title: Compares means to three decimals
# kind: misconception
# fails: choose-rate-test 1/3
# hint: small differences count too

# %% choose-rate
def choose_rate(losses):
    means = {rate: np.mean(values) for rate, values in losses.items()}
    best = min(means, key=means.get)
    bound = means[best] + np.std(losses[best], ddof=1) / np.sqrt(len(losses[best]))
    return max(rate for rate, mean in means.items() if round(mean, 3) <= round(bound, 3))
