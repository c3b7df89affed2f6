# title: Lets the learning rate be 0.9 at most
# kind: misconception
# fails: compile-test 1/2
# hint: Pass on the argument learning_rate as it is

# %% compile
def compile_mlp(model, learning_rate):
    model.compile(
        optimizer=keras.optimizers.SGD(learning_rate=min(learning_rate, 0.9)),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        steps_per_execution=100,
    )
