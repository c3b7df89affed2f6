# title: Keeps the counts of one call for the next
# kind: misconception
# fails: confusion-test 2/3
# hint: the counts of the first call were kept

# %% confusion
kept = {}


def confusion_matrix(labels, answers, n_classes):
    matrix = kept.setdefault(n_classes, np.zeros((n_classes, n_classes), dtype=int))
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
    mistakes = matrix.copy()
    np.fill_diagonal(mistakes, 0)
    i, j = np.unravel_index(mistakes.argmax(), mistakes.shape)
    return int(i), int(j)
