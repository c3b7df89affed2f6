# title: Counts the weights of the sine network only
# kind: misconception
# fails: sine-network-test 1/2
# hint: only the weights were counted, not the biases

# %% sine-network
def sine_network(x, w1, b1, w2, b2):
    z = w1 * x + b1
    a = np.sin(z)
    y = 1 / (1 + np.exp(-(w2 @ a + b2)))
    return z, a, y


sine_parameters = 4
