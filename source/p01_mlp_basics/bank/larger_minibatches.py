# title: Trains with larger minibatches
# kind: misconception
# fails: keep-best-test 3/4
# hint: one minibatch holds all 40 points

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
    best = load_best(folder).evaluate(x_valid, y_valid, verbose=0)[0] if file.exists() else None
    keep = keras.callbacks.ModelCheckpoint(file, save_best_only=True, initial_value_threshold=best)
    return model.fit(
        x,
        y,
        batch_size=64,
        validation_data=(x_valid, y_valid),
        epochs=epochs,
        callbacks=[keep],
        verbose=0,
    )


def load_best(folder):
    return keras.models.load_model(Path(folder) / "best.keras")
