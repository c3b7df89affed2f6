# title: Gives all layers the same seed
# kind: misconception
# fails: mc-model-test 3/4
# hint: all MCDropout layers were given the same seed

# %% mc-model
def mc_model(model):
    def copy(layer):
        if isinstance(layer, keras.layers.Dropout):
            return MCDropout(layer.rate, seed=1)
        return layer.__class__.from_config(layer.get_config())

    new = keras.models.clone_model(model, clone_function=copy)
    new.set_weights(model.get_weights())
    return new
