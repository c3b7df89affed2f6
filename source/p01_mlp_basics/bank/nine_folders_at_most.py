# title: Finds names for nine folders
# kind: misconception
# fails: keep-best-test 3/4
# hint: some calls returned None

# %% keep-best
def new_run_folder(root):
    for number in range(1, 10):
        path = Path(root) / f"run_{number:03d}"
        if not path.exists():
            path.mkdir(parents=True)
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
