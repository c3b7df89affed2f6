# title: Forgets to count the output unit's bias
# kind: misconception
# fails: sine-network-test 1/2
# hint: b2 was not counted

# %% sine-network
def sine_network(x, w1, b1, w2, b2):
    z = w1 * x + b1
    a = np.sin(z)
    y = 1 / (1 + np.exp(-(w2 @ a + b2)))
    return z, a, y


sine_parameters = 6
