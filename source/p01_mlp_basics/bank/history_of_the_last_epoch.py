# title: Calls fit once an epoch, and returns the last History
# kind: misconception
# fails: keep-best-test 3/4
# hint: this is the History of the last epoch alone

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
    best = load_best(folder).evaluate(x_valid, y_valid, verbose=0)[0] if file.exists() else np.inf
    for _ in range(epochs):
        history = model.fit(x, y, validation_data=(x_valid, y_valid), verbose=0)
        if history.history["val_loss"][0] < best:
            best = history.history["val_loss"][0]
            model.save(file)
    return history


def load_best(folder):
    return keras.models.load_model(Path(folder) / "best.keras")
