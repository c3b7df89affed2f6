# title: Makes batch normalisation anew with the usual settings
# kind: misconception
# fails: mc-model-test 3/4
# hint: batch normalisation has lost its epsilon

# %% mc-model
def mc_model(model):
    def copied(layer):
        if isinstance(layer, keras.layers.Dropout):
            return MCDropout(layer.rate)
        if isinstance(layer, keras.layers.BatchNormalization):
            return keras.layers.BatchNormalization()
        return layer.__class__.from_config(layer.get_config())

    copy = keras.models.clone_model(model, clone_function=copied)
    copy.set_weights(model.get_weights())
    return copy
