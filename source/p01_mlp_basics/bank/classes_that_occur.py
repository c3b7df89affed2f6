# title: Makes rows for the classes that occur
# kind: misconception
# fails: confusion-test 2/3
# hint: Take the number of rows and columns from n_classes

# %% confusion
def confusion_matrix(labels, answers, n_classes):
    n = max(labels.max(), answers.max()) + 1
    matrix = np.zeros((n, n), dtype=int)
    np.add.at(matrix, (labels, answers), 1)
    return matrix


def recall(matrix):
    return np.array([matrix[i, i] / n if n else np.nan for i, n in enumerate(matrix.sum(axis=1))])


def most_confused(matrix):
    mistakes = matrix * (1 - np.eye(len(matrix), dtype=int))
    return np.unravel_index(mistakes.argmax(), mistakes.shape)
