# title: Trains with from_logits=True, so that the outputs are no probabilities
# kind: misconception
# fails: train-test 2/3
# hint: there is no softmax at the end: the outputs are logits

# %% train
training.set_seed()
best_model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(90, "relu"), keras.layers.Dense(10)])
best_model.compile(
    keras.optimizers.SGD(0.02, momentum=0.5),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
best_model.fit(x_train, y_train, epochs=5, verbose=0)
