# title: Does not copy the weights
# kind: misconception
# fails: mc-model-test 2/4
# hint: clone_model draws them anew

# %% mc-model
def mc_model(model):
    def copied(layer):
        if isinstance(layer, keras.layers.Dropout):
            return MCDropout(layer.rate)
        return layer.__class__.from_config(layer.get_config())

    copy = keras.models.clone_model(model, clone_function=copied)
    copy.trainable = False
    return copy
