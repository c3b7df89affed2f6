# title: Compares halves of the batch with the whole
# kind: misconception
# fails: catch-test 2/3
# hint: a part of the batch was compared

# %% catch
def depends_on_batch(model, x):
    w = model.get_weights()
    together = np.array(model(x))
    alone = np.concatenate([np.array(model(x[i : i + 1])) for i in range(len(x))])
    model.set_weights(w)
    return bool(np.abs(together - alone).max() >= 1e-4)


def depends_on_batch(model, x):
    h = len(x) // 2
    return bool(np.abs(np.array(model(x)) - np.concatenate([model(x[:h]), model(x[h:])])).max() > 1e-4)
