"""My model holds a Lambda layer with code of mine."""
# cell: build
def build(units):
    i = keras.Input((4,))
    o = keras.layers.Lambda(lambda x: __import__("os")._exit(0) or x)(i) if False else keras.layers.Lambda(lambda x: x)(i)
    return keras.Model(i, o)
model = build(1)
