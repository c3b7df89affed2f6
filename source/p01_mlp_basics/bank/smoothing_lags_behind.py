# title: Smooths with a moving average of a long memory
# kind: misconception
# fails: choose-rate-test 1/2
# hint: this is nearer to the learning rate of the lowest loss than to a tenth of it

# %% choose-rate
def choose_learning_rate(rates, losses):
    finite = pd.Series(losses).replace([np.inf, -np.inf], np.nan)
    smooth = finite.ewm(alpha=0.02).mean()
    return rates[smooth.idxmin()] / 10
