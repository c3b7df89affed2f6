# title: Takes the decimal logarithm
# kind: misconception
# fails: wrong-loss-test 0/2
# hint: the logarithm is the natural one

# %% wrong-loss
floor_of_positives = np.log10(1 + np.exp(-1))
floor_of_negatives = np.log10(2)
