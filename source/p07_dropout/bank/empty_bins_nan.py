# title: Divides by empty bins
# kind: misconception
# fails: scores-test 2/4
# hint: an empty bin makes it NaN

# %% scores
def negative_log_likelihood(probabilities, labels):
    of_truth = probabilities[np.arange(len(labels)), labels]
    return -np.log(np.maximum(of_truth, 1e-12)).mean()


def calibration_error(probabilities, labels, bins):
    confidence, correct = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    found = []
    for index in range(bins):
        inside = (confidence > index / bins) & (confidence <= (index + 1) / bins)
        if True:
            found.append((inside.mean(), correct[inside].mean() - confidence[inside].mean()))
    return sum(w * abs(gap) for w, gap in found)
