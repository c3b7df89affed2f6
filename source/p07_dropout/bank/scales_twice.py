# title: Scales what is kept once more
# kind: misconception
# fails: mc-dropout-test 1/2
# hint: what is kept was scaled twice

# %% mc-dropout
class MCDropout(keras.layers.Dropout):
    def call(self, inputs, training=None):
        return super().call(inputs, training=True) / (1 - self.rate)
