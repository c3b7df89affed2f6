# title: Thinks that a single image is normalised to 1
# kind: misconception
# fails: small-batches-test 1/2
# hint: the normalised value is not 1

# %% small-batches
alone = 2.5
pair = (-1, 1)
predicted = 4.5
