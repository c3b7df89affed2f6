# title: Divides the pair by its variance
# kind: misconception
# fails: small-batches-test 1/2
# hint: this divides by the variance, without the root

# %% small-batches
alone = 0.5
pair = (-0.5, 0.5)
predicted = 4.5
