# title: Keeps the network with the highest validation accuracy
# kind: misconception
# fails: keep-best-test 3/4
# hint: this is still the network from before that run

# %% keep-best
def new_run_folder(root):
    Path(root).mkdir(parents=True, exist_ok=True)
    number = 1
    while (folder := Path(root) / f"run_{number:03d}").exists():
        number += 1
    folder.mkdir()
    return str(folder)


def train_with_best(model, x, y, x_valid, y_valid, folder, epochs):
    file = Path(folder) / "best.keras"
    file.parent.mkdir(parents=True, exist_ok=True)
    best = load_best(folder).evaluate(x_valid, y_valid, verbose=0)[1] if file.exists() else None
    keep = keras.callbacks.ModelCheckpoint(
        file, monitor="val_accuracy", mode="max", save_best_only=True, initial_value_threshold=best
    )
    return model.fit(x, y, validation_data=(x_valid, y_valid), epochs=epochs, callbacks=[keep], verbose=0)


def load_best(folder):
    return keras.models.load_model(Path(folder) / "best.keras")
