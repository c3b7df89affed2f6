# title: Begins with the last layer but two
# kind: misconception
# fails: quiet-test 1/2
# hint: the layer right before the last one is passed over

# %% quiet
def first_quiet_layer(norms, share):
    for layer in range(len(norms) - 3, -1, -1):
        if norms[layer] < share * norms[-1]:
            return layer
    return None
