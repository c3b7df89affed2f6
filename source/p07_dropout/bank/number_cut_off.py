# title: Cuts off the number of images
# kind: misconception
# fails: refer-test 2/3
# hint: the rest of the division was cut off

# %% refer
def refer(uncertainty_scores, share):
    number = int(share * len(uncertainty_scores))
    return np.argsort(-uncertainty_scores)[:number]


def accuracy_of_rest(probabilities, labels, uncertainty_scores, share):
    correct = probabilities.argmax(axis=1) == labels
    return np.delete(correct, refer(uncertainty_scores, share)).mean()
