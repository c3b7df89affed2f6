# title: Hands the mode on
# kind: misconception
# fails: mc-dropout-test 0/2, mc-model-test 2/4
# hint: it does what Dropout does

# %% mc-dropout
class MCDropout(keras.layers.Dropout):
    def call(self, inputs, training=False):
        return super().call(inputs, training=training)
