# title: Adds 1e-7 to the probabilities
# kind: misconception
# fails: evaluate-test 1/2
# hint: 1e-7 was added to all probabilities

# %% evaluate
def loss_and_accuracy(probabilities, labels):
    p = probabilities[np.arange(len(labels)), labels]
    loss = -np.log(p + 1e-7).mean()
    accuracy = (probabilities.argmax(axis=1) == labels).mean()
    return loss, accuracy
