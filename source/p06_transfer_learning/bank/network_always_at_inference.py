# title: Calls the network with training=False
# kind: misconception
# fails: augmentation-test 2/3
# hint: the network is called with training=False

# %% augmentation
def with_augmentation(network, shift):
    class Augmented(keras.Model):
        def __init__(self):
            super().__init__()
            self.flip = keras.layers.RandomFlip("horizontal")
            self.move = keras.layers.RandomTranslation(shift, shift)
            self.network = network

        def call(self, images, training=True):
            images = self.move(self.flip(images, training=training), training=training)
            return self.network(images, training=False)

    return Augmented()
