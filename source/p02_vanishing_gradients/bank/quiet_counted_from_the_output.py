# title: Counts layers from the output
# kind: misconception
# fails: quiet-test 0/2
# hint: this counts from the output

# %% quiet
def first_quiet_layer(norms, share):
    for layer in range(len(norms)):
        if norms[-1 - layer] < share * norms[-1]:
            return layer
