# title: Adds the probabilities of the layers
# kind: misconception
# fails: born-dead-test 1/3
# hint: these are not exclusive

# %% born-dead
def born_dead_bound(hidden_widths):
    alive = 1 - 0.5 ** np.array(hidden_widths)
    return (1 - alive).sum()


width_needed = 10
coin_flip_depth = 3
