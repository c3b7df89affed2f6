# title: Takes an eleventh of the rate at which the loss explodes
# kind: misconception
# fails: choose-rate-test 1/2
# hint: this is a tenth of the rate at which the loss explodes

# %% choose-rate
def choose_learning_rate(rates, losses):
    finite = pd.Series(losses).replace([np.inf, -np.inf], np.nan)
    return rates[int(np.argmax(finite.to_numpy() > 2 * finite[0]))] / 11
