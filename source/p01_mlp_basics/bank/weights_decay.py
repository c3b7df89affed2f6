# title: Adds weight decay to SGD
# kind: misconception
# fails: compile-test 1/2
# hint: as with weight_decay

# %% compile
def compile_mlp(model, learning_rate):
    model.compile(
        optimizer=keras.optimizers.SGD(learning_rate, weight_decay=1e-4),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        steps_per_execution=100,
    )
