# title: Remembers in which epoch the lowest loss was
# kind: alternate

# %% plateau
def plateau_rates(losses, learning_rate, factor, patience):
    rates, best, since = [], 0, 0
    for epoch, loss in enumerate(losses):
        if epoch == 0 or loss < losses[best]:
            best = since = epoch
        elif epoch - since >= patience:
            learning_rate *= factor
            since = epoch
        rates.append(learning_rate)
    return rates
