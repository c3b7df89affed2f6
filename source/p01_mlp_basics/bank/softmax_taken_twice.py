# title: Calls the probabilities logits
# kind: misconception
# fails: compile-test 1/2
# hint: as with from_logits=True

# %% compile
def compile_mlp(model, learning_rate):
    model.compile(
        optimizer=keras.optimizers.SGD(learning_rate=learning_rate),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        steps_per_execution=100,
    )
