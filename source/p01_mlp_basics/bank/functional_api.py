# title: Functional API, loss and optimiser as objects
# kind: alternate

# %% standardise
def fit_standardiser(x_train):
    fitted = StandardScaler().fit(x_train.reshape(len(x_train), -1))
    return fitted.mean_.reshape(x_train.shape[1:]), fitted.scale_.reshape(x_train.shape[1:])


def standardise(x, mean, scale):
    centred = x - mean[None]
    return np.divide(centred, scale[None])


# %% build-mlp
def build_mlp(layer_sizes, activation="relu"):
    inputs = keras.Input((layer_sizes[0],), name="pixels")
    hidden = inputs
    for units in layer_sizes[1:-1]:
        initial = keras.initializers.VarianceScaling(2.0, "fan_in", "untruncated_normal")
        hidden = keras.layers.Dense(units, kernel_initializer=initial)(hidden)
        hidden = keras.layers.Activation(activation)(hidden)
    logits = keras.layers.Dense(layer_sizes[-1])(hidden)
    return keras.Model(inputs, keras.layers.Softmax()(logits))


# %% compile
def compile_mlp(model, learning_rate):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=False)
    accuracy = keras.metrics.SparseCategoricalAccuracy(name="accuracy")
    sgd = keras.optimizers.SGD(learning_rate, momentum=0.0)
    model.compile(sgd, loss=loss, metrics=[accuracy], steps_per_execution=100)
    return model


# %% train
inputs = keras.Input((784,))
hidden = keras.layers.Dense(128, "relu", kernel_initializer="he_uniform")(inputs)
best_model = keras.Model(inputs, keras.layers.Dense(10, "softmax")(hidden))
best_model.compile(
    keras.optimizers.Adam(1e-3), keras.losses.SparseCategoricalCrossentropy(), metrics=["accuracy"]
)
best_model.fit(x_train, y_train, batch_size=128, epochs=6, verbose=0)
