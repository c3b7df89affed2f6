# title: Rounds the number of batches down
# kind: misconception
# fails: momentum-test 1/2
# hint: this is one batch too few

# %% momentum
def batches_until(momentum, share):
    return max(1, int(np.log(share) / np.log(max(momentum, 1e-9))))


start_share = 0.99**100
keeps = {0: "the mean of the last batch", 1: "the starting value"}
