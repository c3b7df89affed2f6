# title: Gives every layer the rate 0.5
# kind: misconception
# fails: mc-model-test 3/4
# hint: all layers have the same rate

# %% mc-model
def mc_model(model):
    def copied(layer):
        if isinstance(layer, keras.layers.Dropout):
            return MCDropout(0.5 if layer.rate > 1e-6 else 0.0)
        return layer.__class__.from_config(layer.get_config())

    copy = keras.models.clone_model(model, clone_function=copied)
    copy.set_weights(model.get_weights())
    return copy
