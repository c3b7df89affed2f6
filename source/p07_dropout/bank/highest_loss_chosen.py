# title: Takes the highest loss, as one would with accuracy
# kind: misconception
# fails: choose-rate-test 0/3
# hint: highest loss

# %% choose-rate
def choose_rate(losses):
    means = {rate: np.mean(values) for rate, values in losses.items()}
    return max(means, key=means.get)
