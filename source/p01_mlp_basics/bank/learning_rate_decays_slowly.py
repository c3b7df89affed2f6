# title: Lets the learning rate decay over 10,000 steps
# kind: misconception
# fails: compile-test 1/2
# hint: the learning rate does not stay as it is

# %% compile
def compile_mlp(model, learning_rate):
    model.compile(
        optimizer=keras.optimizers.SGD(
            learning_rate=keras.optimizers.schedules.ExponentialDecay(learning_rate, 10000, 0.96)
        ),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        steps_per_execution=100,
    )
