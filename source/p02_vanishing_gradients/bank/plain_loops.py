# title: Plain Python loops instead of vectorised NumPy
# kind: alternate

# %% best-case
best_slope = 1 / 4
product, layers_to_a_millionth = 1.0, 0
while product >= 1e-6:
    product *= best_slope
    layers_to_a_millionth += 1
best_slowdown = 1 / best_slope ** (50 - 30)


# %% forward
def forward(weights, x, name):
    a, h = [], [x]
    for matrix in weights:
        sums = []
        for row in matrix:
            sums.append(sum(row[j] * h[-1][j] for j in range(len(row))))
        a.append(np.array(sums))
        h.append(np.array([activate(name, value) for value in a[-1]]))
    return a, h


# %% backward
def backward(weights, a, h, target, name):
    count = len(weights)
    gradients = [None] * count
    delta = [(h[count][i] - target[i]) * slope(name, a[count - 1][i]) for i in range(len(target))]
    for layer in range(count - 1, -1, -1):
        gradients[layer] = np.array([[d * value for value in h[layer]] for d in delta])
        if layer == 0:
            break
        matrix = weights[layer]
        delta = [
            sum(matrix[i][j] * delta[i] for i in range(len(delta))) * slope(name, a[layer - 1][j])
            for j in range(matrix.shape[1])
        ]
    return gradients


# %% gradient-check
def numerical_gradients(weights, x, target, name, step=1e-5):
    def loss(changed):
        output = forward(changed, x, name)[1][-1]
        return 0.5 * sum((o - t) ** 2 for o, t in zip(output, target))

    gradients = []
    for layer in range(len(weights)):
        gradient = np.zeros(weights[layer].shape)
        for i in range(gradient.shape[0]):
            for j in range(gradient.shape[1]):
                up = [matrix.copy() for matrix in weights]
                down = [matrix.copy() for matrix in weights]
                up[layer][i, j] += step
                down[layer][i, j] -= step
                gradient[i, j] = (loss(up) - loss(down)) / step / 2
        gradients.append(gradient)
    return gradients


def relative_errors(gradients, others):
    def size(array):
        return sum(value**2 for value in array.ravel()) ** 0.5

    return np.array([size(g - o) / (size(g) + size(o)) for g, o in zip(gradients, others)])


# %% slower
def times_slower(gradients, layer):
    def size(array):
        return sum(value**2 for value in array.ravel()) ** 0.5

    return size(gradients[-1]) / size(gradients[layer])


def factor_per_layer(gradients):
    logs = [np.log(np.linalg.norm(gradient)) for gradient in gradients]
    return np.exp((logs[0] - logs[-1]) / (len(logs) - 1))


# %% deep-mlp
def build_deep_mlp(n_deep, activation, initialiser):
    model = keras.Sequential()
    model.add(keras.Input((784,)))
    model.add(keras.layers.Dense(300, kernel_initializer=initialiser))
    model.add(keras.layers.Activation(activation))
    for _ in range(n_deep):
        model.add(keras.layers.Dense(100, kernel_initializer=initialiser))
        model.add(keras.layers.Activation(activation))
    model.add(keras.layers.Dense(10))
    model.add(keras.layers.Softmax())
    return model


deep_parameters = 0
inputs = 784
for units in [300] + 60 * [100] + [10]:
    deep_parameters += (inputs + 1) * units
    inputs = units


# %% gradient-norms
def layer_gradient_norms(model, x, y):
    norms = []
    with tf.GradientTape(persistent=True) as tape:
        probabilities = model(keras.ops.convert_to_tensor(x), training=True)
        loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(y, probabilities))
    for layer in model.layers:
        gradient = tape.gradient(loss, layer.kernel.value).numpy()
        norms.append(sum(float(value) ** 2 for value in gradient.ravel()) ** 0.5)
    return norms


# %% quiet
def first_quiet_layer(norms, share):
    layer = len(norms) - 1
    while layer >= 0:
        if norms[layer] < share * norms[-1]:
            return layer
        layer -= 1
    return None


# %% overflow
def layers_until_overflow(width, stddev):
    factor = stddev * (width / 2) ** 0.5
    if not factor > 1:
        return float("inf")
    size, layers = 1.0, 0
    while size <= float(np.finfo(np.float32).max):
        size, layers = size * factor, layers + 1
    return layers


# %% clip
def clip_by_value(gradients, limit):
    result = []
    for gradient in gradients:
        clipped = np.array(gradient)
        for index, value in np.ndenumerate(gradient):
            clipped[index] = max(-limit, min(limit, value))
        result.append(clipped)
    return result


def clip_by_global_norm(gradients, limit):
    total = 0.0
    for gradient in gradients:
        for value in gradient.ravel():
            total += value**2
    if total**0.5 <= limit:
        return [gradient.copy() for gradient in gradients]
    return [gradient / total**0.5 * limit for gradient in gradients]


def angle_between(gradients, others):
    products = sum((g * o).sum() for g, o in zip(gradients, others))
    one = sum((g * g).sum() for g in gradients) ** 0.5
    other = sum((o * o).sum() for o in others) ** 0.5
    return 180 / np.pi * np.arccos(max(-1.0, min(1.0, products / one / other)))


# %% direction
keeps_direction = {"global_clipnorm": True, "clipnorm": False, "clipvalue": False}
turned_by = 41.5


# %% residual
def build_residual_mlp(n_blocks, activation, initialiser, scale):
    inputs = keras.Input((784,))
    h = keras.layers.Dense(100, activation, kernel_initializer=initialiser)(inputs)
    for _ in range(n_blocks):
        h = h + scale * keras.layers.Dense(100, activation, kernel_initializer=initialiser)(h)
    return keras.Model(inputs, keras.layers.Dense(10, "softmax")(h))
