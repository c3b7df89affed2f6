# title: Names folders without making them
# kind: misconception
# fails: keep-best-test 3/4
# hint: the function names a folder without making it

# %% keep-best
import uuid


def new_run_folder(root):
    return f"{root}/{uuid.uuid4()}"


def train_with_best(model, x, y, x_valid, y_valid, folder, epochs):
    best = None
    if Path(f"{folder}/best.keras").exists():
        best = load_best(folder).evaluate(x_valid, y_valid, verbose=0, return_dict=True)["loss"]
    keep_best = keras.callbacks.ModelCheckpoint(
        f"{folder}/best.keras", monitor="val_loss", save_best_only=True, initial_value_threshold=best
    )
    return model.fit(
        x, y, validation_data=(x_valid, y_valid), epochs=epochs, callbacks=[keep_best], verbose=0
    )


def load_best(folder):
    return keras.models.load_model(f"{folder}/best.keras")
