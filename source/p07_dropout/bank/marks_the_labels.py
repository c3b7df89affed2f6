# title: Writes -1 into the labels of the images handed over
# kind: misconception
# fails: refer-test 2/3
# hint: an array of whoever calls the function is changed

# %% refer
def refer(uncertainty_scores, share):
    order = np.argsort(-np.asarray(uncertainty_scores), kind="stable")
    return order[: round(share * len(uncertainty_scores))]


def accuracy_of_rest(probabilities, labels, uncertainty_scores, share):
    labels[refer(uncertainty_scores, share)] = -1
    return np.mean((probabilities.argmax(axis=1) == labels)[labels >= 0])
