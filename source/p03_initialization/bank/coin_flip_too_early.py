# title: Stops at the depth before the right one
# kind: misconception
# fails: born-dead-test 2/3
# hint: there the bound is still below one half

# %% born-dead
def born_dead_bound(hidden_widths):
    alive = 1 - 0.5 ** np.array(hidden_widths)
    return 1 - alive.prod()


width_needed = 10
coin_flip_depth = 2
