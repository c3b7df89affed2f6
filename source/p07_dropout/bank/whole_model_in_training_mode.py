# title: Puts the whole model into training mode
# kind: misconception
# fails: mc-model-test 2/4
# hint: batch normalisation is in training mode

# %% mc-model
class InTrainingMode(keras.Model):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def call(self, inputs, training=None):
        return self.inner(inputs, training=True)


def mc_model(model):
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    return InTrainingMode(copy)
