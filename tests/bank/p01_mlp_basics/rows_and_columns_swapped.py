# title: Swaps rows and columns of the confusion matrix, and so takes precision for recall
# kind: misconception
# fails: confusion-test 0/3
# hint: it is transposed

# %% confusion
def confusion_matrix(labels, answers, n_classes):
    matrix = np.zeros((n_classes, n_classes), dtype=int)
    for label, answer in zip(labels, answers):
        matrix[answer, label] += 1
    return matrix


def recall(matrix):
    return np.diag(matrix) / matrix.sum(axis=0)


def most_confused(matrix):
    mistakes = matrix * (1 - np.eye(len(matrix), dtype=int))
    answer, label = np.unravel_index(mistakes.argmax(), mistakes.shape)
    return label, answer
