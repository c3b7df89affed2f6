# title: Ignores the learning rate
# kind: misconception
# fails: compile-test 1/2
# hint: learning_rate is ignored

# %% compile
def compile_mlp(model, learning_rate):
    model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
