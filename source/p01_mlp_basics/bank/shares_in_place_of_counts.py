# title: Divides the rows of the confusion matrix by their sums
# kind: misconception
# fails: confusion-test 2/3
# hint: each row was divided by its sum

# %% confusion
def confusion_matrix(labels, answers, n_classes):
    matrix = np.zeros((n_classes, n_classes))
    np.add.at(matrix, (labels, answers), 1)
    return matrix / matrix.sum(axis=1, keepdims=True)


def recall(matrix):
    inputs = matrix.sum(axis=1)
    return np.array([matrix[i, i] / inputs[i] if inputs[i] else np.nan for i in range(len(matrix))])


def most_confused(matrix):
    mistakes = matrix * (1 - np.eye(len(matrix), dtype=int))
    return np.unravel_index(mistakes.argmax(), mistakes.shape)
