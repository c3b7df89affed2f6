# title: Keeps the last epoch, and names folders by the second
# kind: misconception
# fails: keep-best-test 1/4
# hint: this is the network of the last epoch

# %% keep-best
def new_run_folder(root):
    folder = Path(root) / time.strftime("run_%Y_%m_%d-%H_%M_%S")
    folder.mkdir(parents=True, exist_ok=True)
    return str(folder)


def train_with_best(model, x, y, x_valid, y_valid, folder, epochs):
    Path(folder).mkdir(parents=True, exist_ok=True)
    history = model.fit(x, y, validation_data=(x_valid, y_valid), epochs=epochs, verbose=0)
    model.save(f"{folder}/best.keras")
    return history


def load_best(folder):
    return keras.models.load_model(f"{folder}/best.keras")
