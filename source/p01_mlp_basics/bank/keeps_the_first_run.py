# title: Never replaces a network that is there already
# kind: misconception
# fails: keep-best-test 3/4
# hint: this is still the network from before that run

# %% keep-best
def new_run_folder(root):
    Path(root).mkdir(parents=True, exist_ok=True)
    number = 0
    while (folder := Path(root) / f"run_{number}").exists():
        number += 1
    folder.mkdir()
    return str(folder)


def train_with_best(model, x, y, x_valid, y_valid, folder, epochs):
    callbacks = []
    if not Path(f"{folder}/best.keras").exists():
        callbacks = [keras.callbacks.ModelCheckpoint(f"{folder}/best.keras", save_best_only=True)]
    return model.fit(x, y, validation_data=(x_valid, y_valid), epochs=epochs, callbacks=callbacks, verbose=0)


def load_best(folder):
    return keras.models.load_model(f"{folder}/best.keras")
