# title: Leaves the work to NumPy, SciPy and Keras where it can
# kind: alternate

# %% best-case
sigmoids = keras.ops.convert_to_numpy(keras.ops.sigmoid(np.linspace(-5, 5, 1001)))
best_slope = (sigmoids * (1 - sigmoids)).max()
layers_to_a_millionth = float(np.ceil(np.log(1e-6) / np.log(best_slope)))
best_slowdown = np.float32(2.0**40)

# %% forward
from itertools import accumulate


def forward(weights, x, name):
    h = list(accumulate(weights, lambda h, matrix: activate(name, np.dot(matrix, h)), initial=x))
    return [np.dot(matrix, into) for matrix, into in zip(weights, h)], tuple(h)


# %% backward
def backward(weights, a, h, target, name):
    deltas = [np.diag(slope(name, a[-1])) @ (h[-1] - target)]
    for matrix, before in zip(weights[:0:-1], a[-2::-1]):
        deltas.append(np.einsum("ij,i->j", matrix, deltas[-1]) * slope(name, before))
    return [delta[:, None] * into[None, :] for delta, into in zip(deltas[::-1], h)]


# %% gradient-check
def numerical_gradients(weights, x, target, name, step=1e-5):
    sizes = [matrix.size for matrix in weights]

    def loss(vector):
        pieces = np.split(vector, np.cumsum(sizes)[:-1])
        chain = [piece.reshape(matrix.shape) for piece, matrix in zip(pieces, weights)]
        return 0.5 * np.linalg.norm(forward(chain, x, name)[1][-1] - target) ** 2

    vector = np.concatenate([matrix.ravel() for matrix in weights])
    moves = step * np.eye(len(vector))
    gradient = np.array([(loss(vector + move) - loss(vector - move)) / (2 * step) for move in moves])
    return [p.reshape(m.shape) for p, m in zip(np.split(gradient, np.cumsum(sizes)[:-1]), weights)]


def relative_errors(gradients, others):
    norm = np.linalg.norm
    return tuple(norm(g - o, "fro") / (norm(g, "fro") + norm(o, "fro")) for g, o in zip(gradients, others))


# %% slower
def times_slower(gradients, layer):
    return np.divide(*(np.sqrt(np.vdot(g, g)) for g in (gradients[-1], gradients[layer])))


def factor_per_layer(gradients):
    norms = np.array([np.linalg.norm(gradient) for gradient in gradients])
    return np.prod(norms[:-1] / norms[1:]) ** (1 / (len(norms) - 1))


# %% deep-mlp
def build_deep_mlp(n_deep, activation, initialiser):
    inputs = keras.Input((784,))
    hidden = inputs
    for units in (300, *(100 for _ in range(n_deep))):
        hidden = keras.layers.Dense(units, activation, kernel_initializer=initialiser)(hidden)
    outputs = keras.layers.Dense(10, "softmax", kernel_initializer=initialiser)(hidden)
    return keras.Model(inputs, outputs)


deep_parameters = build_deep_mlp(60, "relu", "he_normal").count_params()


# %% gradient-norms
def layer_gradient_norms(model, x, y):
    cross_entropy = keras.losses.SparseCategoricalCrossentropy()
    with tf.GradientTape() as tape:
        loss = cross_entropy(y, model(x))
    kernels = [layer.kernel for layer in model.layers]
    gradients = tape.gradient(loss, kernels)
    return [float(tf.norm(tf.cast(gradient, tf.float64))) for gradient in gradients]


# %% quiet
def first_quiet_layer(norms, share):
    quiet = [index for index, norm in enumerate(norms) if norm / norms[-1] < share]
    return max(quiet, default=None)


# %% overflow
import math


def layers_until_overflow(width, stddev):
    growth = math.log(stddev * math.sqrt(width / 2))
    return math.ceil(math.log(float(np.finfo("float32").max)) / growth) if growth > 0 else math.inf


# %% clip
def clip_by_value(gradients, limit):
    return [np.asarray(tf.clip_by_value(gradient, -limit, limit)) for gradient in gradients]


def clip_by_global_norm(gradients, limit):
    return [np.asarray(gradient) for gradient in tf.clip_by_global_norm(gradients, limit)[0]]


def angle_between(gradients, others):
    u = np.hstack([gradient.flatten() for gradient in gradients])
    v = np.hstack([other.flatten() for other in others])
    u, v = u / np.linalg.norm(u), v / np.linalg.norm(v)
    return 2 * np.rad2deg(np.arctan2(np.linalg.norm(u - v), np.linalg.norm(u + v)))


# %% direction
keeps_direction = {"clipvalue": False, "clipnorm": False, "global_clipnorm": True}
steep = [np.array([0.9, 100.0])]
turned_by = angle_between(steep, clip_by_value(steep, 1))


# %% residual
def build_residual_mlp(n_blocks, activation, initialiser, scale):
    def dense(signal):
        signal = keras.layers.Dense(100, kernel_initializer=initialiser)(signal)
        return keras.layers.Activation(activation)(signal)

    inputs = keras.layers.Input(shape=[784])
    signal = dense(inputs)
    for _ in range(n_blocks):
        signal = keras.layers.add([signal, keras.ops.multiply(dense(signal), scale)])
    return keras.Model(inputs=inputs, outputs=keras.layers.Dense(10, activation="softmax")(signal))
