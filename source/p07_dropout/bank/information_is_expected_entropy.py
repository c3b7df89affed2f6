# title: Takes the mean entropy for the mutual information
# kind: misconception
# fails: entropies-test 1/3
# hint: this is the expected entropy

# %% entropies
def predictive_entropy(samples):
    return entropy(samples.mean(axis=0))


def mutual_information(samples):
    return entropy(samples).mean(axis=0)


def entropy(p):
    return -np.sum(p * np.log(np.where(p > 0, p, 1)), axis=-1)
