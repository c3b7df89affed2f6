# title: Begins with the least uncertain of them
# kind: misconception
# fails: refer-test 1/3
# hint: the least uncertain of them comes first

# %% refer
def refer(uncertainty_scores, share):
    number = round(share * len(uncertainty_scores))
    return np.argsort(uncertainty_scores)[len(uncertainty_scores) - number :]


def accuracy_of_rest(probabilities, labels, uncertainty_scores, share):
    correct = probabilities.argmax(axis=1) == labels
    return np.delete(correct, refer(uncertainty_scores, share)).mean()
