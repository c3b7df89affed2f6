# title: Freezes the model that it was given
# kind: misconception
# fails: mc-model-test 3/4
# hint: the model that was handed over is frozen

# %% mc-model
def mc_model(model):
    def copy(layer):
        if isinstance(layer, keras.layers.Dropout):
            return MCDropout(layer.rate)
        return layer.__class__.from_config(layer.get_config())

    model.trainable = False
    new = keras.models.clone_model(model, clone_function=copy)
    new.set_weights(model.get_weights())
    return new
