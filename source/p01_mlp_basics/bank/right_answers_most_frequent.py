# title: Finds the most frequent right answer
# kind: misconception
# fails: confusion-test 2/3
# hint: the diagonal holds right answers; leave it out

# %% confusion
def confusion_matrix(labels, answers, n_classes):
    matrix = np.zeros((n_classes, n_classes), dtype=int)
    np.add.at(matrix, (labels, answers), 1)
    return matrix


def recall(matrix):
    inputs = matrix.sum(axis=1)
    return np.array([matrix[i, i] / inputs[i] if inputs[i] else np.nan for i in range(len(matrix))])


def most_confused(matrix):
    return np.unravel_index(matrix.argmax(), matrix.shape)
