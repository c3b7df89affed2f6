# title: Hands over the surest images
# kind: misconception
# fails: refer-test 0/3
# hint: these are the surest images

# %% refer
def refer(uncertainty_scores, share):
    number = round(share * len(uncertainty_scores))
    return np.argsort(uncertainty_scores)[:number]


def accuracy_of_rest(probabilities, labels, uncertainty_scores, share):
    correct = probabilities.argmax(axis=1) == labels
    return np.delete(correct, refer(uncertainty_scores, share)).mean()
