# title: Counts until the share is below the limit
# kind: misconception
# fails: momentum-test 1/2
# hint: “at most” is <=

# %% momentum
import math


def batches_until(momentum, share):
    k, w = 0, 1.0
    while w > share:
        w *= momentum
        k += 1
    return k


_bu = batches_until
start_share = 0.366
keeps = {0: "the mean of the last batch", 1: "the starting value"}


def batches_until(momentum, share):
    k = 0
    while momentum**k >= share:
        k += 1
    return k
