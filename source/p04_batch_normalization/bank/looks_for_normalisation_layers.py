# title: Looks for normalisation layers in place of comparing answers
# kind: misconception
# fails: catch-test 1/3
# hint: the layers were looked at, not the answers

# %% catch
def depends_on_batch(model, x):
    return any("Normalization" in type(layer).__name__ for layer in model.layers)
