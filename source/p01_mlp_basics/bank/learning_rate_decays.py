# title: Lets the learning rate decay
# kind: misconception
# fails: compile-test 1/2
# hint: the learning rate does not stay as it is

# %% compile
def compile_mlp(model, learning_rate):
    model.compile(
        optimizer=keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(learning_rate, 100, 0.9)),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        steps_per_execution=100,
    )
