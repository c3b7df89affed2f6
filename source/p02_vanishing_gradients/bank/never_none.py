# title: Returns 0 where no layer is quiet
# kind: misconception
# fails: quiet-test 1/2
# hint: Return None when no layer is quiet

# %% quiet
def first_quiet_layer(norms, share):
    layer = len(norms) - 1
    while layer > 0 and norms[layer] >= share * norms[-1]:
        layer -= 1
    return layer
