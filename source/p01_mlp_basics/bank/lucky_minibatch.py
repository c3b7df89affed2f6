# title: Leaves out NaN and smooths nothing
# kind: misconception
# fails: choose-rate-test 1/2
# hint: one lucky minibatch decided

# %% choose-rate
def choose_learning_rate(rates, losses):
    return rates[np.nanargmin(losses)] / 10
