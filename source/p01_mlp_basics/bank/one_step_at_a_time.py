# title: Leaves steps_per_execution out
# kind: misconception
# fails: compile-test 1/2
# hint: it was not passed to compile: this is Keras' default

# %% compile
def compile_mlp(model, learning_rate):
    model.compile(
        optimizer=keras.optimizers.SGD(learning_rate=learning_rate),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
