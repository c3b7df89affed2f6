# title: Clips the gradient
# kind: misconception
# fails: compile-test 1/2
# hint: as with clipping

# %% compile
def compile_mlp(model, learning_rate):
    model.compile(
        optimizer=keras.optimizers.SGD(learning_rate, clipnorm=1.0),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        steps_per_execution=100,
    )
