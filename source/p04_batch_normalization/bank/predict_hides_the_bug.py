# title: Uses model.predict, which hides the bug
# kind: misconception
# fails: catch-test 1/3
# hint: model.predict was used

# %% catch
def depends_on_batch(model, x):
    together = model.predict(x, verbose=0)
    one_by_one = model.predict(x, batch_size=1, verbose=0)
    return bool(np.abs(together - one_by_one).max() > 1e-4)
