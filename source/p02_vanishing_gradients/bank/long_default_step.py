# title: Changes the default step to 0.01
# kind: misconception
# fails: gradient-check-test 2/3
# hint: the default of step was changed to 0.01

# %% gradient-check
def numerical_gradients(weights, x, target, name, step=1e-2):
    def loss():
        return 0.5 * np.sum((forward(weights, x, name)[1][-1] - target) ** 2)

    grads = []
    for w in weights:
        g = np.zeros_like(w)
        for i in range(w.shape[0]):
            for j in range(w.shape[1]):
                old = w[i, j]
                w[i, j] = old + step
                up = loss()
                w[i, j] = old - step
                down = loss()
                w[i, j] = old
                g[i, j] = (up - down) / (2 * step)
        grads.append(g)
    return grads


def relative_errors(gradients, others):
    return [
        np.linalg.norm(g - o) / (np.linalg.norm(g) + np.linalg.norm(o)) for g, o in zip(gradients, others)
    ]
