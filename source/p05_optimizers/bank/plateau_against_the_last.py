# title: Compares each loss with the one before it
# kind: misconception
# fails: plateau-test 1/3
# hint: it is the lowest so far that counts

# %% plateau
def plateau_rates(losses, learning_rate, factor, patience):
    last, waited, rates = np.inf, 0, []
    for loss in losses:
        waited = 0 if loss < last else waited + 1
        last = loss
        if waited == patience:
            learning_rate, waited = learning_rate * factor, 0
        rates.append(learning_rate)
    return rates
