# title: Compares with the run before, not with the best of all
# kind: misconception
# fails: keep-best-test 3/4
# hint: the last run was compared with the one before

# %% keep-best
def new_run_folder(root):
    Path(root).mkdir(parents=True, exist_ok=True)
    number = 1
    while (folder := Path(root) / f"run_{number:03d}").exists():
        number += 1
    folder.mkdir()
    return str(folder)


def train_with_best(model, x, y, x_valid, y_valid, folder, epochs):
    Path(folder).mkdir(parents=True, exist_ok=True)
    note = Path(folder) / "loss.txt"
    best = float(note.read_text()) if note.exists() else None
    keep = keras.callbacks.ModelCheckpoint(
        Path(folder) / "best.keras", save_best_only=True, initial_value_threshold=best
    )
    history = model.fit(x, y, validation_data=(x_valid, y_valid), epochs=epochs, callbacks=[keep], verbose=0)
    note.write_text(str(min(history.history["val_loss"])))
    return history


def load_best(folder):
    return keras.models.load_model(Path(folder) / "best.keras")
