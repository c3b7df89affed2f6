# title: Compares with the share itself
# kind: misconception
# fails: quiet-test 0/2
# hint: this takes share itself

# %% quiet
def first_quiet_layer(norms, share):
    for layer in reversed(range(len(norms))):
        if norms[layer] < share:
            return layer
