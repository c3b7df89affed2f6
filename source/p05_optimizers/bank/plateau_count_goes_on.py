# title: Does not count anew after a reduction
# kind: misconception
# fails: plateau-test 0/3
# hint: the count goes on

# %% plateau
def plateau_rates(losses, learning_rate, factor, patience):
    lowest, waited, rates = np.inf, 0, []
    for loss in losses:
        if loss < lowest:
            lowest, waited = loss, 0
        else:
            waited += 1
            if waited >= patience:
                learning_rate = learning_rate * factor
        rates.append(learning_rate)
    return rates
