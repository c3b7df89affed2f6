# title: Clips the caller's probabilities
# kind: misconception
# fails: evaluate-test 1/2
# hint: changes the array of whoever calls it

# %% evaluate
def loss_and_accuracy(probabilities, labels):
    np.clip(probabilities, 1e-7, 1, out=probabilities)
    of_label = probabilities[np.arange(len(labels)), labels]
    return -np.log(of_label).mean(), np.mean(probabilities.argmax(axis=1) == labels)
