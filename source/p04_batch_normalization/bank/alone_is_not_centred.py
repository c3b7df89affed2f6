# title: Does not subtract the mean of a single image
# kind: misconception
# fails: small-batches-test 1/2
# hint: in a batch of one the mean is the image's own pre-activation

# %% small-batches
alone = 14.5
pair = (-1, 1)
predicted = 4.5
