# title: Keras' initialisers and layers, and formulas in one line
# kind: alternate

# %% fans
import math


def fans(kernel_shape):
    window = math.prod(kernel_shape[:-2])
    return (window * kernel_shape[-2], window * kernel_shape[-1])


conv_limit = 0.138


# %% draw-weights
def draw_weights(shape, scheme, distribution, seed):
    scale, mode = {"lecun": (1, "fan_in"), "glorot": (1, "fan_avg"), "he": (2, "fan_in")}[scheme]
    kind = {"normal": "truncated_normal", "uniform": "uniform"}[distribution]
    return keras.initializers.VarianceScaling(scale, mode, kind, seed=seed)(shape)


# %% compare-schemes
he_over_glorot = [1.031, 1.414, 1.095]
lecun_fan_in = 400
he_fan_in = 800


# %% collect
def collect_activations(model, x):
    collected = {}
    for layer in model.layers:
        x = layer(x)
        collected[layer.name] = np.array(x)
    return collected


# %% predict-variances
def predict_variances(input_mean_square, fan_ins, weight_stds, activation):
    variances = np.zeros(len(fan_ins))
    for i in range(len(fan_ins)):
        before = input_mean_square if i == 0 else mean_square(activation, variances[i - 1])
        variances[i] = fan_ins[i] * weight_stds[i] ** 2 * before
    return variances


layers_to_one_percent = 14.0
he_linear_growth = 2**5


# %% weight-std
def weight_std(activation, fan_in):
    return float(np.sqrt(1 / fan_in / mean_square(activation, 1)))


closest = {"selu": "lecun", "linear": "lecun"} | dict.fromkeys(["relu", "leaky_relu", "gelu"], "he")


# %% different-units
def different_units(model):
    *hidden, _ = model.layers
    return [len({tuple(unit) for unit in np.vstack(layer.get_weights()).T.round(6)}) for layer in hidden]


moved_sigmoid = 510
moved_relu = 10


# %% zoo
from scipy.stats import norm

SCALE, ALPHA = 1.0507009873554805, 1.6732632423543772


def elu(z):
    return np.maximum(z, 0) + np.expm1(np.minimum(z, 0))


def selu(z):
    return np.asarray(keras.activations.selu(np.asarray(z, "float32")))


def gelu(z):
    return z * norm.cdf(z)


def swish(z):
    return z * (1 + np.tanh(z / 2)) / 2


largest_slope = {"sigmoid": 0.25, "tanh": 1, "relu": 1, "selu": 1.76, "gelu": 1.13, "swish": 1.1}


# %% dead-units
def dead_units(model, x):
    dead = {}
    for layer in model.layers[:-1]:
        x = layer(x)
        dead[layer.name] = np.all(np.array(x) == 0, axis=0)
    return dead


# %% born-dead
def born_dead_bound(hidden_widths):
    return 1 - np.prod(1 - 2.0 ** -np.array(hidden_widths))


width_needed = 10
coin_flip_depth = 3


# %% collapsed
def collapsed(outputs, tolerance):
    return outputs.max(axis=1) - outputs.min(axis=1) <= tolerance


def wilson_interval(count, n):
    z = 1.959964
    p, shrink = count / n, 1 / (1 + z**2 / n)
    middle = shrink * (p + z**2 / (2 * n))
    half = shrink * z * np.sqrt(p * (1 - p) / n + (z / (2 * n)) ** 2)
    return [middle - half, middle + half]
