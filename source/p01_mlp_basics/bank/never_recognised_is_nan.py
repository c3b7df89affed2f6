# title: Gives NaN for a class that was never recognised
# kind: misconception
# fails: confusion-test 2/3
# hint: a class that was never recognised got NaN

# %% confusion
def confusion_matrix(labels, answers, n_classes):
    matrix = np.zeros((n_classes, n_classes), dtype=int)
    np.add.at(matrix, (labels, answers), 1)
    return matrix


def recall(matrix):
    right = np.diag(matrix)
    return np.array([r / n if r else np.nan for r, n in zip(right, matrix.sum(axis=1))])


def most_confused(matrix):
    mistakes = matrix * (1 - np.eye(len(matrix), dtype=int))
    return np.unravel_index(mistakes.argmax(), mistakes.shape)
