# title: Takes the widths out of the list one by one
# kind: misconception
# fails: born-dead-test 2/3
# hint: the list that was handed in is changed

# %% born-dead
def born_dead_bound(hidden_widths):
    return 1 - float(np.prod([1 - 0.5**n for n in hidden_widths]))


_b = born_dead_bound
width_needed, coin_flip_depth = 10, 3


def born_dead_bound(w):
    p = 1
    while w:
        p *= 1 - 0.5 ** w.pop()
    return 1 - p
