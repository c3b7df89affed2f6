# title: Begins with a lowest loss of 1000
# kind: misconception
# fails: plateau-test 2/3
# hint: the first loss is not taken for the lowest so far

# %% plateau
def plateau_rates(losses, learning_rate, factor, patience):
    lowest, waited, rates = 1e3, 0, []
    for loss in losses:
        if loss < lowest:
            lowest, waited = loss, 0
        else:
            waited += 1
            if waited >= patience:
                learning_rate, waited = learning_rate * factor, 0
        rates.append(learning_rate)
    return rates
