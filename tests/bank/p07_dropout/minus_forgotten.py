# title: Forgets the minus of the entropy
# kind: misconception
# fails: entropies-test 0/3
# hint: the minus is missing

# %% entropies
def predictive_entropy(samples):
    return entropy(samples.mean(axis=0))


def mutual_information(samples):
    return predictive_entropy(samples) - entropy(samples).mean(axis=0)


def entropy(p):
    return np.sum(p * np.log(np.where(p > 0, p, 1)), axis=-1)
