# title: Returns the place of the lowest loss rather than the rate there
# kind: misconception
# fails: choose-rate-test 0/2
# hint: this is a place in the array rather than the rate there

# %% choose-rate
def choose_learning_rate(rates, losses):
    smooth = pd.Series(losses).replace(np.inf, np.nan).rolling(21, center=True, min_periods=1).median()
    return smooth.idxmin() / 10
