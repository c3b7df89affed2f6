# title: Uses argmin on losses that hold NaN
# kind: misconception
# fails: choose-rate-test 1/2
# hint: np.argmin stops at the first NaN it meets

# %% choose-rate
def choose_learning_rate(rates, losses):
    return rates[np.argmin(losses)] / 10
