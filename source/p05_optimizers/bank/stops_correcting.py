# title: Corrects in the first hundred steps only
# kind: misconception
# fails: adam-test 3/4
# hint: in late steps there is no correction any more

# %% adam
def adam_step(weights, gradient, first, second, t, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    first = beta_1 * first + (1 - beta_1) * gradient
    second = beta_2 * second + (1 - beta_2) * gradient**2
    t = t if t < 100 else 10**6
    m, s = first / (1 - beta_1**t), second / (1 - beta_2**t)
    return weights - learning_rate * m / (np.sqrt(s) + epsilon), first, second
