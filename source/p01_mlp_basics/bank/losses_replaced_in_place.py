# title: Replaces losses in the caller's array
# kind: misconception
# fails: choose-rate-test 1/2
# hint: changes the array of whoever calls it

# %% choose-rate
def choose_learning_rate(rates, losses):
    losses[~np.isfinite(losses)] = 1e9
    s = pd.Series(losses).rolling(21, center=True, min_periods=1).median()
    return rates[s.argmin()] / 10
