# title: Averages the entropies of the passes
# kind: misconception
# fails: entropies-test 1/3
# hint: not the entropy of their mean

# %% entropies
def predictive_entropy(samples):
    return entropy(samples).mean(axis=0)


def mutual_information(samples):
    return entropy(samples.mean(axis=0)) - entropy(samples).mean(axis=0)


def entropy(p):
    return -np.sum(p * np.log(np.where(p > 0, p, 1)), axis=-1)
