# title: Rounds to three decimals
# kind: misconception
# fails: wrong-loss-test 0/2
# hint: this is rounded to three decimals

# %% wrong-loss
floor_of_positives = 0.313
floor_of_negatives = 0.693
