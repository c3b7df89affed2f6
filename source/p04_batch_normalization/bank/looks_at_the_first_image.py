# title: Compares the answers for the first image alone
# kind: misconception
# fails: catch-test 2/3
# hint: the answer for one image alone was compared

# %% catch
def depends_on_batch(model, x):
    together = keras.ops.convert_to_numpy(model(x))
    alone = keras.ops.convert_to_numpy(model(x[:1]))
    return bool(np.abs(together[0] - alone[0]).max() > 1e-4)
