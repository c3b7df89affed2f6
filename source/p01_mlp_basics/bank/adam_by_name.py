# title: Names Adam, with its default learning rate
# kind: misconception
# fails: compile-test 1/2
# hint: this is a step of Adam with its default learning rate

# %% compile
def compile_mlp(model, learning_rate):
    model.compile(
        optimizer="adam",
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        steps_per_execution=100,
    )
