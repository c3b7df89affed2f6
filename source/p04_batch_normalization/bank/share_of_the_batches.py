# title: Gives the share of the batches for that of the start
# kind: misconception
# fails: momentum-test 1/2
# hint: this is what the batches have contributed

# %% momentum
def batches_until(momentum, share):
    return next(k for k in range(1, 100_000) if momentum**k <= share)


start_share = 1 - 0.99**100
keeps = {0: "the mean of the last batch", 1: "the starting value"}
