# title: Keeps the lowest loss of a folder in a variable
# kind: misconception
# fails: keep-best-test 3/4
# hint: the bad run has overwritten the better network from before

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
    best = best_losses.get(str(folder))
    checkpoint = keras.callbacks.ModelCheckpoint(
        file, monitor="val_loss", save_best_only=True, initial_value_threshold=best
    )
    history = model.fit(
        x, y, epochs=epochs, validation_data=(x_valid, y_valid), callbacks=[checkpoint], verbose=0
    )
    best_losses[str(folder)] = min(history.history["val_loss"] + ([best] if best is not None else []))
    return history


best_losses = {}


def load_best(folder):
    return keras.models.load_model(Path(folder) / "best.keras")
