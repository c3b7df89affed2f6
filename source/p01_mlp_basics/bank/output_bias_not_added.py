# title: Forgets the bias of the output unit
# kind: misconception
# fails: sine-network-test 1/2
# hint: the bias of the output unit is missing

# %% sine-network
def sine_network(x, w1, b1, w2, b2):
    z = w1 * x + b1
    a = np.sin(z)
    y = 1 / (1 + np.exp(-(w2 @ a)))
    return z, a, y


sine_parameters = 7
