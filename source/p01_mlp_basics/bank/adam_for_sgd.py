# title: Uses Adam where SGD is asked for
# kind: misconception
# fails: compile-test 1/2
# hint: this is a step of Adam, which divides each gradient by its size

# %% compile
def compile_mlp(model, learning_rate):
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=learning_rate),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
