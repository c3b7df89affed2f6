# title: Waits one epoch longer than patience
# kind: misconception
# fails: plateau-test 0/3
# hint: one epoch too late

# %% plateau
def plateau_rates(losses, learning_rate, factor, patience):
    lowest, waited, rates = np.inf, 0, []
    for loss in losses:
        if loss < lowest:
            lowest, waited = loss, 0
        else:
            waited += 1
            if waited > patience:
                learning_rate, waited = learning_rate * factor, 0
        rates.append(learning_rate)
    return rates
