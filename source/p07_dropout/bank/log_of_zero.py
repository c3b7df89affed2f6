# title: Takes the logarithm of 0
# kind: misconception
# fails: scores-test 3/4
# hint: limit the probability from below

# %% scores
def negative_log_likelihood(probabilities, labels):
    of_truth = probabilities[np.arange(len(labels)), labels]
    return -np.log(of_truth).mean()


def calibration_error(probabilities, labels, bins):
    confidence, correct = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    found = []
    for index in range(bins):
        inside = (confidence > index / bins) & (confidence <= (index + 1) / bins)
        if inside.any():
            found.append((inside.mean(), correct[inside].mean() - confidence[inside].mean()))
    return sum(w * abs(gap) for w, gap in found)
