# title: Takes the precision for the recall
# kind: misconception
# fails: confusion-test 2/3
# hint: this is the precision

# %% confusion
def confusion_matrix(labels, answers, n_classes):
    matrix = np.zeros((n_classes, n_classes), dtype=int)
    np.add.at(matrix, (labels, answers), 1)
    return matrix


def recall(matrix):
    return np.diag(matrix) / matrix.sum(axis=0)


def most_confused(matrix):
    mistakes = matrix * (1 - np.eye(len(matrix), dtype=int))
    return np.unravel_index(mistakes.argmax(), mistakes.shape)
