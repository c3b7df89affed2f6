# title: Counts folders in a variable
# kind: misconception
# fails: keep-best-test 3/4
# hint: the name is counted in a variable

# %% keep-best
folders_made = 0


def new_run_folder(root):
    global folders_made
    folders_made += 1
    folder = Path(root) / f"run_{folders_made:03d}"
    folder.mkdir(parents=True, exist_ok=True)
    return str(folder)


def train_with_best(model, x, y, x_valid, y_valid, folder, epochs):
    file = Path(folder) / "best.keras"
    file.parent.mkdir(parents=True, exist_ok=True)
    best = load_best(folder).evaluate(x_valid, y_valid, verbose=0)[0] if file.exists() else None
    keep = keras.callbacks.ModelCheckpoint(file, save_best_only=True, initial_value_threshold=best)
    return model.fit(x, y, validation_data=(x_valid, y_valid), epochs=epochs, callbacks=[keep], verbose=0)


def load_best(folder):
    return keras.models.load_model(Path(folder) / "best.keras")
