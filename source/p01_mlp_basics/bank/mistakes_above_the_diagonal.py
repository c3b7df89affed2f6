# title: Looks for mistakes above the diagonal only
# kind: misconception
# fails: confusion-test 2/3
# hint: only the part above the diagonal was searched

# %% confusion
def confusion_matrix(labels, answers, n_classes):
    matrix = np.zeros((n_classes, n_classes), dtype=int)
    for label, answer in zip(labels, answers):
        matrix[label, answer] += 1
    return matrix


def recall(matrix):
    result = np.full(len(matrix), np.nan)
    for i, row in enumerate(matrix):
        if row.sum() > 0:
            result[i] = row[i] / row.sum()
    return result


def most_confused(matrix):
    mistakes = np.triu(matrix)
    np.fill_diagonal(mistakes, 0)
    i, j = np.unravel_index(mistakes.argmax(), mistakes.shape)
    return int(i), int(j)
