# title: Keras operations and the functional API
# kind: alternate

# %% batch-norm
def batch_norm(z, gamma, beta, epsilon=1e-3):
    z = np.asarray(z)
    rows = z.reshape(-1, z.shape[-1])
    mean = rows.sum(axis=0) / len(rows)
    variance = (rows**2).mean(axis=0) - mean**2
    scale = gamma / np.sqrt(variance + epsilon)
    return z * scale + (beta - mean * scale), mean, variance


# %% moving
def update_moving(moving, of_batch, momentum):
    return moving + (1 - momentum) * (of_batch - moving)


def batch_norm_inference(z, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    factor = gamma * (moving_variance + epsilon) ** -0.5
    return z * factor + beta - moving_mean * factor


# %% momentum
def batches_until(momentum, share):
    weight, batches = 1.0, 0
    while weight > share:
        weight *= momentum
        batches += 1
    return batches


start_share = np.float32(0.366)
keeps = {1: "the starting value", 0: "the mean of the last batch"}


# %% layer
class BatchNorm:
    def __init__(self, gamma, beta, momentum=0.99, epsilon=1e-3):
        self.layer = keras.layers.BatchNormalization(momentum=momentum, epsilon=epsilon)
        self.layer.build((None, len(gamma)))
        self.layer.gamma.assign(gamma)
        self.layer.beta.assign(beta)

    @property
    def moving_mean(self):
        return keras.ops.convert_to_numpy(self.layer.moving_mean)

    @property
    def moving_variance(self):
        return keras.ops.convert_to_numpy(self.layer.moving_variance)

    def __call__(self, z, training=False):
        return np.array(self.layer(z, training=training))


# %% build-bn-mlp
def build_bn_mlp(
    layer_sizes, activation="relu", kernel_initializer="glorot_normal", position="before", momentum=0.9
):
    inputs = keras.Input((layer_sizes[0],), name="pixels")
    hidden = inputs
    for units in layer_sizes[1:-1]:
        if position == "before":
            hidden = keras.layers.Dense(units, kernel_initializer=kernel_initializer, use_bias=False)(hidden)
            hidden = keras.layers.BatchNormalization(momentum=momentum)(hidden)
            hidden = keras.layers.Activation(activation)(hidden)
        else:
            hidden = keras.layers.Dense(units, activation, kernel_initializer=kernel_initializer)(hidden)
            hidden = keras.layers.BatchNormalization(momentum=momentum)(hidden)
    logits = keras.layers.Dense(layer_sizes[-1], kernel_initializer=kernel_initializer)(hidden)
    return keras.Model(inputs, keras.layers.Softmax()(logits))


# %% count
def count_bn_parameters(layer_sizes):
    sizes = np.array(layer_sizes)
    units = sizes[1:-1].sum()
    return sizes[:-1] @ sizes[1:] + 2 * units + sizes[-1], units * 2


counts = {"saved": 150.0, "layer": 200, "trainable": np.int64(100)}


# %% invariance
tripled = {"output": 1.0, "gradient": 0.3333, "turn": 0.1111}
bias_gradient = 0.0


# %% gradient
def batch_norm_gradient(g, z, gamma, epsilon=1e-3):
    m = len(z)
    centred = z - z.mean(axis=0)
    inverse = 1 / np.sqrt((centred**2).mean(axis=0) + epsilon)
    normalised = centred * inverse
    for_normalised = g * gamma
    for_variance = (for_normalised * centred).sum(axis=0) * -0.5 * inverse**3
    for_mean = -(for_normalised * inverse).sum(axis=0)
    dz = for_normalised * inverse + for_variance * 2 * centred / m + for_mean / m
    return dz, (g * normalised).sum(axis=0), g.sum(axis=0)


# %% small-batches
alone = 2 * 0 + 0.5
pair = np.array([-1.0, 1.0])
predicted = 4.5


# %% catch
def depends_on_batch(model, x):
    one_by_one = [keras.ops.convert_to_numpy(model(x[[i]]))[0] for i in range(len(x))]
    return not np.allclose(model(x), one_by_one, rtol=0, atol=1e-4)


# %% fold
def fold(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon):
    inverse = 1 / np.sqrt(moving_variance + epsilon)
    new_bias = beta - moving_mean * inverse * gamma
    if bias is not None:
        new_bias = new_bias + bias * inverse * gamma
    return kernel @ np.diag(gamma * inverse), new_bias


def fold_model(model):
    inputs = keras.Input(model.input_shape[1:])
    signal, weights = inputs, []
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            gamma, beta, mean, variance = layer.get_weights()
            weights[-2:] = fold(weights[-2], weights[-1], gamma, beta, mean, variance, layer.epsilon)
        elif isinstance(layer, keras.layers.Dense):
            kernel, *bias = layer.get_weights()
            weights += [kernel, bias[0] if bias else np.zeros(layer.units)]
            signal = keras.layers.Dense(layer.units, activation=layer.activation)(signal)
        else:
            signal = keras.layers.Activation(layer.activation)(signal)
    folded = keras.Model(inputs, signal)
    folded.set_weights(weights)
    return folded
