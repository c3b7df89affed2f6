# title: Swaps rows and columns of the confusion matrix
# kind: misconception
# fails: confusion-test 2/3
# hint: it is transposed

# %% confusion
def confusion_matrix(labels, answers, n_classes):
    matrix = np.zeros((n_classes, n_classes), dtype=int)
    for label, answer in zip(labels, answers):
        matrix[answer, label] += 1
    return matrix


def recall(matrix):
    inputs = matrix.sum(axis=1)
    return np.array([matrix[i, i] / inputs[i] if inputs[i] else np.nan for i in range(len(matrix))])


def most_confused(matrix):
    mistakes = matrix * (1 - np.eye(len(matrix), dtype=int))
    return np.unravel_index(mistakes.argmax(), mistakes.shape)
