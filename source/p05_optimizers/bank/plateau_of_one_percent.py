# title: Wants a loss one per cent lower than the lowest
# kind: misconception
# fails: plateau-test 2/3
# hint: here any lower loss counts

# %% plateau
def plateau_rates(losses, learning_rate, factor, patience):
    lowest, waited, rates = np.inf, 0, []
    for loss in losses:
        if loss < 0.99 * lowest:
            lowest, waited = loss, 0
        else:
            waited += 1
            if waited == patience:
                learning_rate, waited = learning_rate * factor, 0
        rates.append(learning_rate)
    return rates
