# title: Uses the matrix norm of NumPy with the argument 2
# kind: misconception
# fails: gradient-check-test 2/3
# hint: this uses a matrix norm

# %% gradient-check
def numerical_gradients(weights, x, target, name, step=1e-5):
    def loss():
        return np.sum((forward(weights, x, name)[1][-1] - target) ** 2) / 2

    gradients = []
    for matrix in weights:
        gradient = np.zeros_like(matrix)
        for i in range(matrix.shape[0]):
            for j in range(matrix.shape[1]):
                old = matrix[i, j]
                matrix[i, j] = old + step
                above = loss()
                matrix[i, j] = old - step
                below = loss()
                matrix[i, j] = old
                gradient[i, j] = (above - below) / (2 * step)
        gradients.append(gradient)
    return gradients


def relative_errors(gradients, others):
    return [
        np.linalg.norm(g - o, 2) / (np.linalg.norm(g, 2) + np.linalg.norm(o, 2))
        for g, o in zip(gradients, others)
    ]
