# title: Gives the accuracy in percent
# kind: misconception
# fails: evaluate-test 1/2
# hint: this is a count or a percentage, not a share

# %% evaluate
def loss_and_accuracy(probabilities, labels):
    of_label = probabilities[np.arange(len(labels)), labels]
    return -np.log(np.maximum(of_label, 1e-7)).mean(), 100 * np.mean(probabilities.argmax(axis=1) == labels)
