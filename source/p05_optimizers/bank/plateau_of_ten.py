# title: Compares with the last ten losses
# kind: misconception
# fails: plateau-test 2/3
# hint: only the last ten losses were looked at

# %% plateau
def plateau_rates(losses, learning_rate, factor, patience):
    lowest, waited, rates = float("inf"), 0, []
    for i, loss in enumerate(losses):
        lowest = min(losses[max(0, i - 10) : i], default=float("inf"))
        if loss < lowest:
            lowest, waited = loss, 0
        else:
            waited += 1
            if waited >= patience:
                learning_rate, waited = learning_rate * factor, 0
        rates.append(learning_rate)
    return rates
