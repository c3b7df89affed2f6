# title: Predicts a single image in training mode
# kind: misconception
# fails: small-batches-test 1/2
# hint: this is the output in training mode

# %% small-batches
alone = 0.5
pair = (-1, 1)
predicted = 0.5
