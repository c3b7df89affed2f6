# title: Gives σ in place of its logarithm
# kind: misconception
# fails: wrong-loss-test 0/2
# hint: the loss is its negative logarithm

# %% wrong-loss
floor_of_positives = 1 / (1 + np.exp(-1))
floor_of_negatives = 1 / 2
