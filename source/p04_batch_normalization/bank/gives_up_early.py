# title: Gives up after a thousand batches
# kind: misconception
# fails: momentum-test 1/2
# hint: it stops after a thousand batches

# %% momentum
def batches_until(momentum, share):
    for count in range(1, 1001):
        if momentum**count <= share:
            return count
    return 1000


start_share = 0.99**100


keeps = {0: "the mean of the last batch", 1: "the starting value"}
