# title: Uses argmin on losses that hold NaN
# kind: misconception
# fails: choose-rate-test 1/2
# hint: NaN counted as the lowest loss

# %% choose-rate
def choose_learning_rate(rates, losses):
    return rates[np.argmin(losses)] / 10
