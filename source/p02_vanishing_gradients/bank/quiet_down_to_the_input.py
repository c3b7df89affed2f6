# title: Wants quiet layers all the way down to the input
# kind: misconception
# fails: quiet-test 1/2
# hint: this is the last of the quiet layers next to the input

# %% quiet
def first_quiet_layer(norms, share):
    quiet = None
    for layer in range(len(norms)):
        if norms[layer] >= share * norms[-1]:
            break
        quiet = layer
    return quiet
