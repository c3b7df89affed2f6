# title: Draws one mask for all rows
# kind: misconception
# fails: mc-dropout-test 1/2, mc-model-test 2/4
# hint: rows have the same mask

# %% mc-dropout
class MCDropout(keras.layers.Dropout):
    def call(self, inputs, training=None):
        return inputs * keras.random.dropout(
            keras.ops.ones_like(inputs[:1]), self.rate, seed=self.seed_generator
        )
