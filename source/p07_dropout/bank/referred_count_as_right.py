# title: Counts what was handed over as right
# kind: misconception
# fails: refer-test 2/3
# hint: the images handed over count as right

# %% refer
def refer(uncertainty_scores, share):
    number = round(share * len(uncertainty_scores))
    return np.argsort(-uncertainty_scores)[:number]


def accuracy_of_rest(probabilities, labels, uncertainty_scores, share):
    correct = probabilities.argmax(axis=1) == labels
    return (np.delete(correct, refer(uncertainty_scores, share)).sum() + round(share * len(correct))) / len(
        correct
    )
