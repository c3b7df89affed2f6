# title: Takes the logarithm of the largest probability
# kind: misconception
# fails: evaluate-test 1/2
# hint: the logarithm is that of the largest probability

# %% evaluate
def loss_and_accuracy(probabilities, labels):
    return -np.log(probabilities.max(axis=1)).mean(), np.mean(probabilities.argmax(axis=1) == labels)
