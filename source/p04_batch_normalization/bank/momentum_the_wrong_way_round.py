# title: Takes momentum for the weight of the new batch, in words
# kind: misconception
# fails: momentum-test 1/2
# hint: momentum weighs the past in Keras, not the new batch

# %% momentum
def batches_until(momentum, share):
    return next(k for k in range(1, 100_000) if momentum**k <= share)


start_share = 0.99**100
keeps = {0: "the starting value", 1: "the mean of the last batch"}
