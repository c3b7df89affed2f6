# title: Finds that momentum 0 forgets before the first batch
# kind: misconception
# fails: momentum-test 1/2
# hint: with momentum 0 it takes one batch to forget the start

# %% momentum
def batches_until(momentum, share):
    if momentum == 0:
        return 0
    return int(np.ceil(np.log(share) / np.log(momentum)))


start_share = 0.99**100
keeps = {0: "the mean of the last batch", 1: "the starting value"}
