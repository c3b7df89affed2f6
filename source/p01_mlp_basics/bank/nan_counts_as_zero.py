# title: Replaces NaN by 0
# kind: misconception
# fails: choose-rate-test 1/2
# hint: NaN counted as the lowest loss

# %% choose-rate
def choose_learning_rate(rates, losses):
    smooth = pd.Series(np.nan_to_num(losses)).rolling(21, center=True, min_periods=1).median()
    return rates[smooth.argmin()] / 10
