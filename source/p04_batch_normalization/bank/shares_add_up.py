# title: Lets the weights add up, so that nothing is left
# kind: misconception
# fails: momentum-test 1/2
# hint: the weights multiply, they do not add up

# %% momentum
def batches_until(momentum, share):
    return next(k for k in range(1, 100_000) if momentum**k <= share)


start_share = 1 - 100 * 0.01
keeps = {0: "the mean of the last batch", 1: "the starting value"}
