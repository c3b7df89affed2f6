# title: Gives the probability that the signal passes
# kind: misconception
# fails: born-dead-test 1/3
# hint: this is the probability that the signal passes

# %% born-dead
def born_dead_bound(hidden_widths):
    alive = 1 - 0.5 ** np.array(hidden_widths)
    return alive.prod()


width_needed = 10
coin_flip_depth = 3
