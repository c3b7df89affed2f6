# title: Gives the accuracy on what was handed over
# kind: misconception
# fails: refer-test 2/3
# hint: on the images that were handed over

# %% refer
def refer(uncertainty_scores, share):
    number = round(share * len(uncertainty_scores))
    return np.argsort(-uncertainty_scores)[:number]


def accuracy_of_rest(probabilities, labels, uncertainty_scores, share):
    correct = probabilities.argmax(axis=1) == labels
    return correct[refer(uncertainty_scores, share)].mean() if share else correct.mean()
