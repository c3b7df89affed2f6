# title: Returns the images to keep
# kind: misconception
# fails: refer-test 1/3
# hint: these are the images to keep

# %% refer
def refer(uncertainty_scores, share):
    number = round(share * len(uncertainty_scores))
    return np.argsort(-uncertainty_scores)[number:]


def accuracy_of_rest(probabilities, labels, uncertainty_scores, share):
    correct = probabilities.argmax(axis=1) == labels
    return np.delete(correct, np.argsort(-uncertainty_scores)[: round(share * len(correct))]).mean()
