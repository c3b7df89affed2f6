# title: Writes the sigmoid without the minus sign
# kind: misconception
# fails: sine-network-test 1/2
# hint: the sign in the exponent is wrong

# %% sine-network
def sine_network(x, w1, b1, w2, b2):
    z = w1 * x + b1
    a = np.sin(z)
    y = 1 / (1 + np.exp(w2 @ a + b2))
    return z, a, y


sine_parameters = 7
