# title: Exchanges the two floors
# kind: misconception
# fails: wrong-loss-test 0/2
# hint: where a positive image has its largest loss

# %% wrong-loss
floor_of_positives = np.log(2)
floor_of_negatives = np.log(1 + np.exp(-1))
