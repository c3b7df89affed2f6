# title: Computes in the caller's weights
# kind: misconception
# fails: sine-network-test 1/2
# hint: sine_network changes the arrays of whoever calls it

# %% sine-network
def sine_network(x, w1, b1, w2, b2):
    w1 *= x
    w1 += b1
    a = np.sin(w1)
    return w1, a, 1 / (1 + np.exp(-(w2 @ a + b2)))


sine_parameters = 7
