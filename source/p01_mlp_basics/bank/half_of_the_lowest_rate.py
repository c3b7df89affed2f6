# title: Takes half of the rate at the lowest loss
# kind: misconception
# fails: choose-rate-test 1/2
# hint: this is nearer to the learning rate of the lowest loss than to a tenth of it

# %% choose-rate
def choose_learning_rate(rates, losses):
    finite = pd.Series(losses).replace([np.inf, -np.inf], np.nan)
    smooth = finite.rolling(21, center=True, min_periods=1).median()
    return rates[smooth.idxmin()] / 2
