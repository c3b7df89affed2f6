# title: A second run overwrites the best network of the first
# kind: misconception
# fails: keep-best-test 3/4
# hint: the bad run has overwritten the better network from before

# %% keep-best
def new_run_folder(root):
    Path(root).mkdir(parents=True, exist_ok=True)
    number = 0
    while (folder := Path(root) / f"run_{number}").exists():
        number += 1
    folder.mkdir()
    return str(folder)


def train_with_best(model, x, y, x_valid, y_valid, folder, epochs):
    keep_best = keras.callbacks.ModelCheckpoint(
        f"{folder}/best.keras", monitor="val_loss", save_best_only=True
    )
    return model.fit(
        x, y, validation_data=(x_valid, y_valid), epochs=epochs, callbacks=[keep_best], verbose=0
    )


def load_best(folder):
    return keras.models.load_model(f"{folder}/best.keras")
