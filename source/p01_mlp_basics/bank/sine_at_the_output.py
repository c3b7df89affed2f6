# title: Gives the output unit a sine
# kind: misconception
# fails: sine-network-test 1/2
# hint: the output unit has a sine too

# %% sine-network
def sine_network(x, w1, b1, w2, b2):
    z = w1 * x + b1
    a = np.sin(z)
    y = np.sin(w2 @ a + b2)
    return z, a, y


sine_parameters = 7
