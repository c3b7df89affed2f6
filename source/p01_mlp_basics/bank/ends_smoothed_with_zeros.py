# title: Smooths with np.convolve, which puts zeros beyond the ends
# kind: misconception
# fails: choose-rate-test 1/2
# hint: smoothing turned the ends into zeros or NaN

# %% choose-rate
def choose_learning_rate(rates, losses):
    finite = pd.Series(losses).replace([np.inf, -np.inf], np.nan)
    smooth = pd.Series(np.convolve(finite.fillna(finite.max()), np.ones(21) / 21, mode="same"))
    return rates[smooth.idxmin()] / 10
