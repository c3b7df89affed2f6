# title: Rounds the relative errors
# kind: misconception
# fails: gradient-check-test 2/3
# hint: the errors are rounded to 6 digits

# %% gradient-check
def numerical_gradients(weights, x, target, name, step=1e-5):
    def loss():
        return 0.5 * np.sum((forward(weights, x, name)[1][-1] - target) ** 2)

    found = []
    for matrix in weights:
        gradient = np.zeros(matrix.shape)
        for i in range(matrix.shape[0]):
            for j in range(matrix.shape[1]):
                old = matrix[i, j]
                matrix[i, j] = old + step
                up = loss()
                matrix[i, j] = old - step
                gradient[i, j] = (up - loss()) / (2 * step)
                matrix[i, j] = old
        found.append(gradient)
    return found


def relative_errors(gradients, others):
    norm = np.linalg.norm
    return [round(norm(g - o) / (norm(g) + norm(o)), 6) for g, o in zip(gradients, others, strict=True)]
