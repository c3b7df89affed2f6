# title: Counts batches as if each took the same share away
# kind: misconception
# fails: momentum-test 1/2
# hint: the weights multiply, batch after batch

# %% momentum
def batches_until(momentum, share):
    return int(np.ceil((1 - share) / (1 - momentum)))


start_share = 0.99**100
keeps = {0: "the mean of the last batch", 1: "the starting value"}
