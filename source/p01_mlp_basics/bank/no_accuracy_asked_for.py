# title: Asks for no accuracy
# kind: misconception
# fails: compile-test 1/2
# hint: it reports loss

# %% compile
def compile_mlp(model, learning_rate):
    model.compile(
        optimizer=keras.optimizers.SGD(learning_rate=learning_rate),
        loss="sparse_categorical_crossentropy",
        steps_per_execution=100,
    )
