# title: Calls a layer silent when one of its units is
# kind: misconception
# fails: born-dead-test 1/3
# hint: a layer is silent only if all of its units are

# %% born-dead
def born_dead_bound(hidden_widths):
    alive = 1 - 0.5 ** np.array(hidden_widths)
    return 1 - 0.5 ** len(alive)


width_needed = 10
coin_flip_depth = 3
