# title: Takes the cross-entropy for one-hot labels
# kind: misconception
# fails: compile-test 0/2
# hint: the loss wants a row of numbers for each label

# %% compile
def compile_mlp(model, learning_rate):
    model.compile(
        optimizer=keras.optimizers.SGD(learning_rate=learning_rate),
        loss="categorical_crossentropy",
        metrics=["accuracy"],
    )
