# title: Averages the differences with their signs
# kind: misconception
# fails: catch-test 1/3
# hint: the differences were averaged or added with their signs

# %% catch
def depends_on_batch(model, x):
    together = keras.ops.convert_to_numpy(model(x))
    alone = np.concatenate([keras.ops.convert_to_numpy(model(x[i : i + 1])) for i in range(len(x))])
    return bool(np.abs(np.mean(together - alone)) > 5e-5)
