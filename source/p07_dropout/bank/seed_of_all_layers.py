# title: Draws all masks from one generator of its own
# kind: misconception
# fails: mc-dropout-test 1/2
# hint: the layer's own seed is not used

# %% mc-dropout
_shared = keras.random.SeedGenerator(7)


class MCDropout(keras.layers.Dropout):
    def call(self, inputs, training=None):
        return keras.random.dropout(inputs, self.rate, seed=_shared)
