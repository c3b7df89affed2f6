# title: Changes the other inputs in place
# kind: misconception
# fails: catch-test 2/3
# hint: the array that was handed in is changed

# %% catch
def depends_on_batch(model, x):
    w = model.get_weights()
    together = np.array(model(x))
    alone = np.concatenate([np.array(model(x[i : i + 1])) for i in range(len(x))])
    model.set_weights(w)
    return bool(np.abs(together - alone).max() >= 1e-4)


def depends_on_batch(model, x):
    a = np.array(model(x))[0]
    x[1:] = x[1:] + 1
    return bool(np.abs(np.array(model(x))[0] - a).max() > 1e-4)
