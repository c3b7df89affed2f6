# title: Takes the width of the first layer for all
# kind: misconception
# fails: born-dead-test 2/3
# hint: all layers were given the width of the first

# %% born-dead
def born_dead_bound(hidden_widths):
    alive = 1 - 0.5 ** np.array(hidden_widths)
    return 1 - alive[0] ** len(hidden_widths)


width_needed = 10
coin_flip_depth = 3
