# title: Takes the logarithm of probabilities that are 0
# kind: misconception
# fails: evaluate-test 1/2
# hint: the logarithm of 0 is minus infinity

# %% evaluate
def loss_and_accuracy(probabilities, labels):
    of_label = probabilities[np.arange(len(labels)), labels]
    return -np.log(of_label).mean(), np.mean(probabilities.argmax(axis=1) == labels)
