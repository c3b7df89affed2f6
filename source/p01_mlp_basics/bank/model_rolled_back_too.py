# title: Rolls the trained model back as well
# kind: misconception
# fails: keep-best-test 3/4
# hint: the model was rolled back to its best epoch

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
    file = Path(folder) / "best.keras"
    best = None
    if file.exists():
        best = keras.models.load_model(file).evaluate(x_valid, y_valid, verbose=0, return_dict=True)["loss"]
    checkpoint = keras.callbacks.ModelCheckpoint(
        file, monitor="val_loss", save_best_only=True, initial_value_threshold=best
    )
    history = model.fit(
        x, y, epochs=epochs, validation_data=(x_valid, y_valid), callbacks=[checkpoint], verbose=0
    )
    model.set_weights(load_best(folder).get_weights())
    return history


def load_best(folder):
    return keras.models.load_model(Path(folder) / "best.keras")
