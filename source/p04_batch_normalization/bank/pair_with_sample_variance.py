# title: Divides the pair's variance by m - 1
# kind: misconception
# fails: small-batches-test 1/2
# hint: the variance was divided by m − 1 rather than m

# %% small-batches
alone = 0.5
pair = (-(0.5**0.5), 0.5**0.5)
predicted = 4.5
