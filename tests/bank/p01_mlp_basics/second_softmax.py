# title: Tells the loss that it gets logits, after a softmax
# kind: misconception
# fails: compile-test 0/2
# hint: from_logits=True makes the loss apply a second softmax

# %% compile
def compile_mlp(model, learning_rate):
    model.compile(
        optimizer=keras.optimizers.SGD(learning_rate=learning_rate),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        steps_per_execution=32,
    )
