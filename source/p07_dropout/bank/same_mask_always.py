# title: Fixes the mask with a constant seed
# kind: misconception
# fails: mc-dropout-test 1/2, mc-model-test 3/4
# hint: each call draws the same mask

# %% mc-dropout
class MCDropout(keras.layers.Dropout):
    def call(self, inputs, training=None):
        return keras.random.dropout(inputs, self.rate, seed=42)
