# title: Gives the most frequent mistake as (answer, true class)
# kind: misconception
# fails: confusion-test 2/3
# hint: the pair is in reverse order

# %% confusion
def confusion_matrix(labels, answers, n_classes):
    matrix = np.zeros((n_classes, n_classes), dtype=int)
    np.add.at(matrix, (labels, answers), 1)
    return matrix


def recall(matrix):
    inputs = matrix.sum(axis=1)
    return np.array([matrix[i, i] / inputs[i] if inputs[i] else np.nan for i in range(len(matrix))])


def most_confused(matrix):
    mistakes = matrix - np.diag(np.diag(matrix))
    label, answer = np.unravel_index(mistakes.argmax(), mistakes.shape)
    return answer, label
