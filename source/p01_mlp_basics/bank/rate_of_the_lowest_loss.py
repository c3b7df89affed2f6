# title: Takes the learning rate of the lowest loss itself
# kind: misconception
# fails: choose-rate-test 0/2
# hint: this is the learning rate of the lowest loss itself

# %% choose-rate
def choose_learning_rate(rates, losses):
    smooth = pd.Series(losses).replace(np.inf, np.nan).rolling(21, center=True, min_periods=1).median()
    return rates[smooth.idxmin()]
