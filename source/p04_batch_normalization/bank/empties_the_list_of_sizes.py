# title: Takes the sizes out of the list one by one
# kind: misconception
# fails: count-test 1/2
# hint: the list that was handed in is changed

# %% count
def count_bn_parameters(layer_sizes):
    *body, last = layer_sizes
    t = sum(a * b + 2 * b for a, b in zip(body, body[1:])) + body[-1] * last + last
    return t, 2 * sum(body[1:])


_cb = count_bn_parameters
counts = {"layer": 200, "trainable": 100, "saved": 150}


def count_bn_parameters(s):
    n = s.pop(0)
    t = 0
    nt = 0
    while len(s) > 1:
        u = s.pop(0)
        t += n * u + 2 * u
        nt += 2 * u
        n = u
    return t + (n + 1) * s[0], nt
