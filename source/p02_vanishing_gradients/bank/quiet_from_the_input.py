# title: Searches from the input
# kind: misconception
# fails: quiet-test 0/2
# hint: this is the quiet layer next to the input

# %% quiet
def first_quiet_layer(norms, share):
    for layer, norm in enumerate(norms):
        if norm < share * norms[-1]:
            return layer
