# title: Hands over all images whose score equals the last one
# kind: misconception
# fails: refer-test 2/3
# hint: of images with equal scores, too many were handed over

# %% refer
def refer(uncertainty_scores, share):
    return np.argsort(-uncertainty_scores)[: round(share * len(uncertainty_scores))]


def accuracy_of_rest(probabilities, labels, uncertainty_scores, share):
    handed = refer(uncertainty_scores, share)
    kept = (
        np.full(len(labels), True)
        if len(handed) == 0
        else uncertainty_scores < uncertainty_scores[handed].min()
    )
    return np.mean(probabilities[kept].argmax(axis=1) == labels[kept])
