# title: Takes the rate with the single lowest loss
# kind: misconception
# fails: choose-rate-test 0/3
# hint: the single lowest loss

# %% choose-rate
def choose_rate(losses):
    return min(losses, key=lambda rate: min(losses[rate]))
