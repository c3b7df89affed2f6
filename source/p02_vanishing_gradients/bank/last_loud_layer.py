# title: Gives the last layer before it becomes quiet
# kind: misconception
# fails: quiet-test 0/2
# hint: this is the last layer before it becomes quiet

# %% quiet
def first_quiet_layer(norms, share):
    for layer in reversed(range(len(norms))):
        if norms[layer] < share * norms[-1]:
            return layer + 1
