# title: Takes over the layers of the model
# kind: misconception
# fails: mc-model-test 3/4
# hint: the new model has the old one's layers

# %% mc-model
def mc_model(model):
    def copied(layer):
        if isinstance(layer, keras.layers.Dropout):
            return MCDropout(layer.rate)
        return layer

    copy = keras.models.clone_model(model, clone_function=copied)
    pass
    return copy
