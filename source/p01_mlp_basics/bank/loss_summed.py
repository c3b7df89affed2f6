# title: Sums the loss over the inputs
# kind: misconception
# fails: evaluate-test 1/2
# hint: this is the sum, not the mean

# %% evaluate
def loss_and_accuracy(probabilities, labels):
    of_label = probabilities[np.arange(len(labels)), labels]
    return -np.log(np.maximum(of_label, 1e-7)).sum(), np.mean(probabilities.argmax(axis=1) == labels)
