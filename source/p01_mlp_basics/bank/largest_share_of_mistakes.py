# title: Takes the largest share for the most frequent mistake
# kind: misconception
# fails: confusion-test 2/3
# hint: this is the largest share of a class

# %% confusion
def confusion_matrix(labels, answers, n_classes):
    matrix = np.zeros((n_classes, n_classes), dtype=int)
    np.add.at(matrix, (labels, answers), 1)
    return matrix


def recall(matrix):
    return np.array([matrix[i, i] / n if n else np.nan for i, n in enumerate(matrix.sum(axis=1))])


def most_confused(matrix):
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    shares[np.diag_indices(len(matrix))] = 0
    return np.unravel_index(shares.argmax(), shares.shape)
