# title: Takes powers of whole numbers, which overflow for wide layers
# kind: misconception
# fails: born-dead-test 2/3
# hint: too large for NumPy's whole numbers

# %% born-dead
def born_dead_bound(hidden_widths):
    return 1 - np.prod(1 - 1 / 2 ** np.array(hidden_widths))


width_needed = 10
coin_flip_depth = 3
