# title: Asks all layers to be silent
# kind: misconception
# fails: born-dead-test 1/3
# hint: this is the probability that all layers are silent; one is enough

# %% born-dead
def born_dead_bound(hidden_widths):
    alive = 1 - 0.5 ** np.array(hidden_widths)
    return (1 - alive).prod()


width_needed = 10
coin_flip_depth = 3
