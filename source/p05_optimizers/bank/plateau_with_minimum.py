# title: Compares each loss with the minimum of all before it
# kind: alternate

# %% plateau
def plateau_rates(losses, learning_rate, factor, patience):
    waited, rates = 0, np.empty(len(losses))
    for epoch, loss in enumerate(losses):
        waited = 0 if epoch == 0 or loss < min(losses[:epoch]) else waited + 1
        if waited == patience:
            learning_rate, waited = learning_rate * factor, 0
        rates[epoch] = learning_rate
    return rates
