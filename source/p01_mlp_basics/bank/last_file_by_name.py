# title: Takes the last file by name for the best network
# kind: misconception
# fails: keep-best-test 3/4
# hint: load_best goes by the numbers of the epochs

# %% keep-best
def new_run_folder(root):
    number = 1
    while True:
        path = Path(root) / f"run_{number:03d}"
        try:
            path.mkdir(parents=True)
        except FileExistsError:
            number += 1
        else:
            return str(path)


def train_with_best(model, x, y, x_valid, y_valid, folder, epochs):
    Path(folder).mkdir(parents=True, exist_ok=True)
    file = Path(folder) / "epoch_{epoch}.keras"
    best = None
    if list(Path(folder).glob("*.keras")):
        best = load_best(folder).evaluate(x_valid, y_valid, verbose=0, return_dict=True)["loss"]
    checkpoint = keras.callbacks.ModelCheckpoint(
        str(file), monitor="val_loss", save_best_only=True, initial_value_threshold=best
    )
    return model.fit(
        x, y, epochs=epochs, validation_data=(x_valid, y_valid), callbacks=[checkpoint], verbose=0
    )


def load_best(folder):
    return keras.models.load_model(sorted(Path(folder).glob("*.keras"))[-1])
