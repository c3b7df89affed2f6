"""My model holds a Lambda layer with code of mine."""
# cell: build
def build(units):
    i = keras.Input((4,))
    return keras.Model(i, keras.layers.Lambda(lambda x: x)(i))
model = build(1)
