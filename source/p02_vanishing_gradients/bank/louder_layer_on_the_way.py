# title: Compares with the loudest layer on its way
# kind: misconception
# fails: quiet-test 1/2
# hint: this takes a louder one on the way

# %% quiet
def first_quiet_layer(norms, share):
    reference = norms[-1]
    for layer in range(len(norms) - 1, -1, -1):
        if norms[layer] < share * reference:
            return layer
        reference = max(reference, norms[layer])
    return None
