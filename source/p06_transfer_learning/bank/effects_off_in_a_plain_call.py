# title: Turns the effects off where a call says nothing
# kind: misconception
# fails: augmentation-test 2/3
# hint: the effects are off unless the call says training=True

# %% augmentation
def with_augmentation(network, shift):
    class Augmented(keras.Model):
        def __init__(self):
            super().__init__()
            self.flip = keras.layers.RandomFlip("horizontal")
            self.move = keras.layers.RandomTranslation(shift, shift)
            self.network = network

        def call(self, images, training=False):
            images = self.move(self.flip(images, training=training), training=training)
            return self.network(images, training=training)

    return Augmented()
