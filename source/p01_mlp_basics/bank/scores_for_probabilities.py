# title: Ends the last network without a softmax
# kind: misconception
# fails: train-test 2/3
# hint: the outputs are no probabilities

# %% train
training.set_seed()
best_model = keras.Sequential(
    [keras.Input((784,)), keras.layers.Dense(100, activation="relu"), keras.layers.Dense(10)]
)
best_model.compile(
    keras.optimizers.SGD(0.05),
    keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
best_model.fit(x_train, y_train, epochs=5, validation_data=(x_valid, y_valid), verbose=0)
