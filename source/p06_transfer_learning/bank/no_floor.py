# title: Thinks that the loss can reach 0
# kind: misconception
# fails: wrong-loss-test 0/2
# hint: 0 would be right for from_logits=False

# %% wrong-loss
floor_of_positives = 0
floor_of_negatives = 0
