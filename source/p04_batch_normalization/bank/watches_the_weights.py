# title: Looks whether a call changes the weights
# kind: misconception
# fails: catch-test 1/3
# hint: the weights before and after a call were compared

# %% catch
def depends_on_batch(model, x):
    before = model.get_weights()
    model(x)
    return any(np.abs(new - old).max() > 1e-4 for new, old in zip(model.get_weights(), before))
