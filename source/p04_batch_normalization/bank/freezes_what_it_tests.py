# title: Freezes the model before it looks
# kind: misconception
# fails: catch-test 0/3
# hint: the model that was handed in is frozen

# %% catch
def depends_on_batch(model, x):
    model.trainable = False
    together = keras.ops.convert_to_numpy(model(x))
    alone = np.concatenate([keras.ops.convert_to_numpy(model(x[i : i + 1])) for i in range(len(x))])
    return bool(np.abs(together - alone).max() > 5e-5)
