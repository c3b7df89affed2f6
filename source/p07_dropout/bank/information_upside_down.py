# title: Subtracts the wrong way round
# kind: misconception
# fails: entropies-test 1/3
# hint: the difference is the wrong way round

# %% entropies
def predictive_entropy(samples):
    return entropy(samples.mean(axis=0))


def mutual_information(samples):
    return entropy(samples).mean(axis=0) - predictive_entropy(samples)


def entropy(p):
    return -np.sum(p * np.log(np.where(p > 0, p, 1)), axis=-1)
