# title: Reduces the learning rate once and never again
# kind: misconception
# fails: plateau-test 1/3
# hint: it was reduced once only

# %% plateau
def plateau_rates(losses, learning_rate, factor, patience):
    lowest, waited, rates, reduced = np.inf, 0, [], False
    for loss in losses:
        if loss < lowest:
            lowest, waited = loss, 0
        else:
            waited += 1
            if waited == patience and not reduced:
                learning_rate, reduced = learning_rate * factor, True
        rates.append(learning_rate)
    return rates
