# title: Does not round the number of batches
# kind: misconception
# fails: momentum-test 1/2
# hint: a number of batches is whole: round up

# %% momentum
def batches_until(momentum, share):
    return np.log(share) / np.log(momentum)


start_share = 0.99**100
keeps = {0: "the mean of the last batch", 1: "the starting value"}
