# title: Forgets the minus sign of the loss
# kind: misconception
# fails: evaluate-test 1/2
# hint: the sign is wrong

# %% evaluate
def loss_and_accuracy(probabilities, labels):
    of_label = probabilities[np.arange(len(labels)), labels]
    return np.log(np.maximum(of_label, 1e-7)).mean(), np.mean(probabilities.argmax(axis=1) == labels)
