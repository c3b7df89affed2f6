# title: Compares training mode with inference mode
# kind: misconception
# fails: catch-test 1/3
# hint: training=True was passed

# %% catch
def depends_on_batch(model, x):
    training_mode = np.array(model(x, training=True))
    inference_mode = np.array(model(x, training=False))
    return bool(np.abs(training_mode - inference_mode).max() > 1e-4)
