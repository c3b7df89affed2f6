# title: Keeps the last epoch
# kind: misconception
# fails: keep-best-test 2/4
# hint: this is the network of the last epoch

# %% keep-best
def new_run_folder(root):
    Path(root).mkdir(parents=True, exist_ok=True)
    number = 0
    while (folder := Path(root) / f"run_{number}").exists():
        number += 1
    folder.mkdir()
    return str(folder)


def train_with_best(model, x, y, x_valid, y_valid, folder, epochs):
    Path(folder).mkdir(parents=True, exist_ok=True)
    history = model.fit(x, y, validation_data=(x_valid, y_valid), epochs=epochs, verbose=0)
    model.save(f"{folder}/best.keras")
    return history


def load_best(folder):
    return keras.models.load_model(f"{folder}/best.keras")
