# title: Compares with the same images in another order
# kind: misconception
# fails: catch-test 1/3
# hint: the same images in another order are still the same batch

# %% catch
def depends_on_batch(model, x):
    order = np.arange(len(x))[::-1]
    together = model.predict(x, verbose=0)
    return bool(np.abs(model.predict(x[order], verbose=0) - together[order]).max() > 1e-4)
