# title: Divides the central difference by one step
# kind: misconception
# fails: gradient-check-test 1/3
# hint: twice too large: this divides by the step, not by twice the step

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
                gradient[i, j] = (above - below) / step
        gradients.append(gradient)
    return gradients


def relative_errors(gradients, others):
    return [
        np.linalg.norm(g - o) / (np.linalg.norm(g) + np.linalg.norm(o)) for g, o in zip(gradients, others)
    ]
