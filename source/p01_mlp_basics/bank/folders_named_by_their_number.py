# title: Names a folder after the number of folders that there are
# kind: misconception
# fails: keep-best-test 3/4
# hint: the name is the number of folders

# %% keep-best
def new_run_folder(root):
    Path(root).mkdir(parents=True, exist_ok=True)
    path = Path(root) / f"run_{len(list(Path(root).iterdir())) + 1:03d}"
    path.mkdir(exist_ok=True)
    return str(path)


def train_with_best(model, x, y, x_valid, y_valid, folder, epochs):
    Path(folder).mkdir(parents=True, exist_ok=True)
    file = Path(folder) / "best.keras"
    best = None
    if file.exists():
        best = keras.models.load_model(file).evaluate(x_valid, y_valid, verbose=0, return_dict=True)["loss"]
    checkpoint = keras.callbacks.ModelCheckpoint(
        file, monitor="val_loss", save_best_only=True, initial_value_threshold=best
    )
    return model.fit(
        x, y, epochs=epochs, validation_data=(x_valid, y_valid), callbacks=[checkpoint], verbose=0
    )


def load_best(folder):
    return keras.models.load_model(Path(folder) / "best.keras")
