# title: Takes 0 · ln 0
# kind: misconception
# fails: entropies-test 2/3
# hint: 0 · ln 0 became NaN

# %% entropies
def predictive_entropy(samples):
    return entropy(samples.mean(axis=0))


def mutual_information(samples):
    return predictive_entropy(samples) - entropy(samples).mean(axis=0)


def entropy(p):
    return -np.sum(p * np.log(p), axis=-1)
