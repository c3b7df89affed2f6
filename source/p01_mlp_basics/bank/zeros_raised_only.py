# title: Raises probabilities of exactly 0 only
# kind: misconception
# fails: evaluate-test 1/2
# hint: only probabilities of exactly 0 were raised

# %% evaluate
def loss_and_accuracy(probabilities, labels):
    p = probabilities[np.arange(len(labels)), labels]
    return -np.log(np.where(p == 0, 1e-7, p)).mean(), np.mean(probabilities.argmax(axis=1) == labels)
