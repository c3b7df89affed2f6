# title: Allows for differences of 0.01
# kind: misconception
# fails: catch-test 2/3
# hint: small differences were overlooked

# %% catch
def depends_on_batch(model, x):
    w = model.get_weights()
    together = np.array(model(x))
    alone = np.concatenate([np.array(model(x[i : i + 1])) for i in range(len(x))])
    model.set_weights(w)
    return bool(np.abs(together - alone).max() >= 1e-4)


def depends_on_batch(model, x):
    alone = np.concatenate([np.array(model(x[i : i + 1])) for i in range(len(x))])
    return bool(np.abs(np.array(model(x)) - alone).max() > 1e-2)
