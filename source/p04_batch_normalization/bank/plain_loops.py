# title: Plain Python loops, layers added one by one
# kind: alternate

# %% batch-norm
def batch_norm(z, gamma, beta, epsilon=1e-3):
    y, mean, variance = np.empty(np.shape(z)), [], []
    for unit in range(np.shape(z)[-1]):
        values = z[..., unit]
        mean.append(values.mean())
        variance.append(((values - mean[-1]) ** 2).mean())
        y[..., unit] = gamma[unit] * (values - mean[-1]) / (variance[-1] + epsilon) ** 0.5 + beta[unit]
    return [y, mean, variance]


# %% moving
def update_moving(moving, of_batch, momentum):
    return [momentum * old + (1 - momentum) * new for old, new in zip(moving, of_batch)]


def batch_norm_inference(z, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    return np.stack([gamma * (row - moving_mean) / np.sqrt(moving_variance + epsilon) + beta for row in z])


# %% momentum
def batches_until(momentum, share):
    return next(k for k in range(1, 100_000) if momentum**k <= share)


start_share = 0.99
for _ in range(99):
    start_share *= 0.99
keeps = {0: "the mean of the last batch"}
keeps[1] = "the starting value"


# %% layer
class BatchNorm:
    def __init__(self, gamma, beta, momentum=0.99, epsilon=1e-3):
        self.gamma, self.beta = list(gamma), list(beta)
        self.momentum, self.epsilon = momentum, epsilon
        self.moving_mean = [0.0] * len(self.gamma)
        self.moving_variance = [1.0] * len(self.gamma)

    def __call__(self, z, training=False):
        y = np.zeros_like(z, dtype=float)
        for j in range(z.shape[1]):
            mean, variance = self.moving_mean[j], self.moving_variance[j]
            if training:
                mean, variance = np.mean(z[:, j]), np.var(z[:, j])
                self.moving_mean[j] = self.momentum * self.moving_mean[j] + (1 - self.momentum) * mean
                self.moving_variance[j] *= self.momentum
                self.moving_variance[j] += (1 - self.momentum) * variance
            for i in range(len(z)):
                y[i, j] = self.gamma[j] * (z[i, j] - mean) / np.sqrt(variance + self.epsilon) + self.beta[j]
        return y


# %% build-bn-mlp
def build_bn_mlp(
    layer_sizes, activation="relu", kernel_initializer="glorot_normal", position="before", momentum=0.9
):
    layers = keras.layers
    model = keras.Sequential()
    model.add(keras.Input(shape=[layer_sizes[0]]))
    for units in list(layer_sizes)[1:-1]:
        if position == "before":
            model.add(layers.Dense(units, use_bias=False, kernel_initializer=kernel_initializer))
            model.add(layers.BatchNormalization(momentum=momentum))
            model.add(layers.Activation(activation))
        elif position == "after":
            model.add(layers.Dense(units, kernel_initializer=kernel_initializer))
            model.add(layers.Activation(activation))
            model.add(layers.BatchNormalization(momentum=momentum))
    model.add(layers.Dense(layer_sizes[-1], kernel_initializer=kernel_initializer))
    model.add(layers.Activation("softmax"))
    return model


# %% count
def count_bn_parameters(layer_sizes):
    trainable = non_trainable = 0
    for number in range(1, len(layer_sizes)):
        trainable += layer_sizes[number - 1] * layer_sizes[number]
        if number < len(layer_sizes) - 1:
            trainable += layer_sizes[number] + layer_sizes[number]  # gamma, beta
            non_trainable += 2 * layer_sizes[number]
        else:
            trainable += layer_sizes[number]
    return [trainable, non_trainable]


counts = {"layer": 200} | {"trainable": 100, "saved": 150}


# %% gradient
def batch_norm_gradient(g, z, gamma, epsilon=1e-3):
    m, units = z.shape
    dz = np.zeros((m, units))
    dgamma, dbeta = np.zeros(units), np.zeros(units)
    for j in range(units):
        root = np.sqrt(np.var(z[:, j]) + epsilon)
        hat = (z[:, j] - np.mean(z[:, j])) / root
        # the whole Jacobian of the normalised values
        jacobian = (np.eye(m) - 1 / m - np.outer(hat, hat) / m) / root
        dz[:, j] = gamma[j] * jacobian @ g[:, j]
        dgamma[j], dbeta[j] = g[:, j] @ hat, sum(g[:, j])
    return dz, dgamma, dbeta


# %% catch
def depends_on_batch(model, x):
    all_at_once = keras.ops.convert_to_numpy(model(x))
    for i in range(len(x)):
        alone = keras.ops.convert_to_numpy(model(x[i : i + 1]))
        if np.max(np.abs(alone[0] - all_at_once[i])) > 1e-4:
            return True
    return False


# %% fold
def fold(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon):
    kernel = np.array(kernel, dtype=float)
    new_bias = np.zeros(kernel.shape[1])
    for unit in range(kernel.shape[1]):
        factor = gamma[unit] / np.sqrt(moving_variance[unit] + epsilon)
        kernel[:, unit] *= factor
        new_bias[unit] = beta[unit] - factor * moving_mean[unit]
        if bias is not None:
            new_bias[unit] += factor * bias[unit]
    return kernel, new_bias


def fold_model(model):
    new_model = keras.Sequential([keras.Input(shape=(model.input_shape[-1],))])
    layers = list(model.layers)
    while len(layers) > 1:
        dense, norm, activation = layers[:3]
        layers = layers[3:]
        new_dense = keras.layers.Dense(dense.units, activation=activation.activation)
        new_model.add(new_dense)
        bias = dense.bias
        new_dense.set_weights(
            fold(
                dense.kernel.numpy(),
                None if bias is None else bias.numpy(),
                norm.gamma.numpy(),
                norm.beta.numpy(),
                norm.moving_mean.numpy(),
                norm.moving_variance.numpy(),
                norm.epsilon,
            )
        )
    new_model.add(keras.layers.Dense(layers[0].units, activation="softmax"))
    new_model.layers[-1].set_weights(layers[0].get_weights())
    return new_model
