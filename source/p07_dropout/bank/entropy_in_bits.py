# title: Measures in bits
# kind: misconception
# fails: entropies-test 0/3
# hint: the logarithm has the base 2

# %% entropies
def predictive_entropy(samples):
    return entropy(samples.mean(axis=0))


def mutual_information(samples):
    return predictive_entropy(samples) - entropy(samples).mean(axis=0)


def entropy(p):
    return -np.sum(p * np.log2(np.where(p > 0, p, 1)), axis=-1)
