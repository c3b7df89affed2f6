# title: Loses the softmax of the last layer
# kind: misconception
# fails: fold-test 2/4
# hint: the last layer has lost its softmax

# %% fold
def fold(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon):
    scale = gamma / np.sqrt(moving_variance + epsilon)
    if bias is None:
        bias = 0
    return kernel * scale, beta + (bias - moving_mean) * scale


def fold_model(model):
    layers = [keras.Input(shape=model.input_shape[1:])]
    weights = []
    chain = list(model.layers)
    for i, layer in enumerate(chain):
        if isinstance(layer, keras.layers.Dense):
            last = i + 1 == len(chain)
            layers.append(keras.layers.Dense(layer.units))
            if last:
                weights += layer.get_weights()
            else:
                arrays = layer.get_weights()
                bn = chain[i + 1]
                weights += list(
                    fold(arrays[0], arrays[1] if len(arrays) > 1 else None, *bn.get_weights(), bn.epsilon)
                )
        elif isinstance(layer, keras.layers.Activation):
            layers.append(keras.layers.Activation(layer.activation))
    new = keras.Sequential(layers)
    new.set_weights(weights)
    return new
