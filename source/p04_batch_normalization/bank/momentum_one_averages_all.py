# title: Thinks that momentum 1 averages all batches
# kind: misconception
# fails: momentum-test 1/2
# hint: with momentum 1 a new batch has the weight

# %% momentum
def batches_until(momentum, share):
    return next(k for k in range(1, 100_000) if momentum**k <= share)


start_share = 0.99**100
keeps = {0: "the mean of the last batch", 1: "the mean of all batches"}
