# title: Compares with the same images in another order
# kind: misconception
# fails: catch-test 1/3
# hint: the same images in another order are still the same batch

# %% catch
def depends_on_batch(model, x):
    order = np.arange(len(x))[::-1]
    together = keras.ops.convert_to_numpy(model(x))
    return bool(np.abs(keras.ops.convert_to_numpy(model(x[order])) - together[order]).max() > 1e-4)
