# title: Forgets beta in the prediction
# kind: misconception
# fails: small-batches-test 1/2
# hint: beta is missing

# %% small-batches
alone = 0.5
pair = (-1, 1)
predicted = 4
