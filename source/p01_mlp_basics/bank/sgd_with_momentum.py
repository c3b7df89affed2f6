# title: Adds momentum, which is not plain SGD
# kind: misconception
# fails: compile-test 1/2
# hint: the second step depends on more than its own gradient, as with momentum

# %% compile
def compile_mlp(model, learning_rate):
    model.compile(
        optimizer=keras.optimizers.SGD(learning_rate=learning_rate, momentum=0.9),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        steps_per_execution=100,
    )
