# title: Makes training=True the default only
# kind: misconception
# fails: mc-dropout-test 1/2, mc-model-test 2/4
# hint: that is how model.predict calls it

# %% mc-dropout
class MCDropout(keras.layers.Dropout):
    def call(self, inputs, training=True):
        return super().call(inputs, training=training)
