# title: Adds weight decay
# kind: misconception
# fails: build-bn-mlp-test 3/4
# hint: a layer has a regulariser

# %% build-bn-mlp
def build_bn_mlp(
    layer_sizes, activation="relu", kernel_initializer="glorot_normal", position="before", momentum=0.9
):
    L = keras.layers
    model = keras.Sequential([keras.Input((layer_sizes[0],))])
    for n in layer_sizes[1:-1]:
        model.add(L.Dense(n, use_bias=position == "after", kernel_initializer=kernel_initializer))
        pair = [L.BatchNormalization(momentum=momentum), L.Activation(activation)]
        for layer in pair if position == "before" else pair[::-1]:
            model.add(layer)
    model.add(L.Dense(layer_sizes[-1], activation="softmax", kernel_initializer=kernel_initializer))
    return model


def _mk(
    layer_sizes,
    activation="relu",
    kernel_initializer="glorot_normal",
    position="before",
    momentum=0.9,
    bn={},
    last={},
    bias=None,
    hid={},
    extra=None,
):
    L = keras.layers
    model = keras.Sequential([keras.Input((layer_sizes[0],))])
    for n in layer_sizes[1:-1]:
        model.add(
            L.Dense(
                n,
                use_bias=(position == "after") if bias is None else bias,
                kernel_initializer=kernel_initializer,
                **hid,
            )
        )
        pair = [L.BatchNormalization(**({"momentum": momentum} | bn)), L.Activation(activation)]
        for layer in pair if position == "before" else pair[::-1]:
            model.add(layer)
        if extra:
            model.add(extra())
    model.add(
        L.Dense(
            layer_sizes[-1], **({"activation": "softmax", "kernel_initializer": kernel_initializer} | last)
        )
    )
    return model


def build_bn_mlp(
    sizes, activation="relu", kernel_initializer="glorot_normal", position="before", momentum=0.9
):
    return _mk(sizes, activation, kernel_initializer, position, momentum, hid={"kernel_regularizer": "l2"})
