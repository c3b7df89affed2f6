# title: Copies the dropout layers as they are
# kind: misconception
# fails: mc-model-test 2/4
# hint: the dropout layers were copied as they are

# %% mc-model
def mc_model(model):
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    return copy
