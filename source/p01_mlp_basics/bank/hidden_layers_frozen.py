# title: Trains the last layer only
# kind: misconception
# fails: compile-test 1/2
# hint: all its layers are trained

# %% compile
def compile_mlp(model, learning_rate):
    for layer in model.layers[:-1]:
        layer.trainable = False
    model.compile(
        optimizer=keras.optimizers.SGD(learning_rate=learning_rate),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        steps_per_execution=100,
    )
