# title: Gives the weight of the newest batch
# kind: misconception
# fails: momentum-test 1/2
# hint: this is the weight of the newest batch

# %% momentum
def batches_until(momentum, share):
    return next(k for k in range(1, 100_000) if momentum**k <= share)


start_share = 0.01
keeps = {0: "the mean of the last batch", 1: "the starting value"}
