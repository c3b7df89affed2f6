# title: Takes half of the rate at the lowest loss
# kind: misconception
# fails: choose-rate-test 1/2
# hint: this is half of the learning rate of the lowest loss

# %% choose-rate
def choose_learning_rate(rates, losses):
    finite = pd.Series(losses).replace([np.inf, -np.inf], np.nan)
    smooth = finite.rolling(21, center=True, min_periods=1).median()
    return rates[smooth.idxmin()] / 2
