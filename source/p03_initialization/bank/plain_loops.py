# title: Plain Python loops, lists and whole formulas
# kind: alternate

# %% fans
def fans(kernel_shape):
    positions = 1
    for size in kernel_shape[:-2]:
        positions *= size
    fan_in = positions * kernel_shape[-2]
    fan_out = positions * kernel_shape[-1]
    return [fan_in, fan_out]


variance = 2 / (3 * 3 * 3 + 3 * 3 * 32)
conv_limit = (3 * variance) ** 0.5


# %% draw-weights
import random


def draw_weights(shape, scheme, distribution, seed):
    fan_in, fan_out = fans(shape)
    if scheme == "lecun":
        std = (1 / fan_in) ** 0.5
    elif scheme == "glorot":
        std = (2 / (fan_in + fan_out)) ** 0.5
    else:
        std = (2 / fan_in) ** 0.5
    generator = random.Random(seed)
    count = 1
    for size in shape:
        count *= size
    if distribution == "normal":
        drawn = [generator.gauss(0, std) for _ in range(count)]
    else:
        drawn = [generator.uniform(-std * 3**0.5, std * 3**0.5) for _ in range(count)]
    return np.array(drawn).reshape(shape)


# %% compare-schemes
he_over_glorot = ((834 / 784) ** 0.5, 2**0.5, 1.2**0.5)
lecun_fan_in, he_fan_in = 20 * 20, 2 * 20 * 20


# %% collect
def collect_activations(model, x):
    collected = {}
    for number, layer in enumerate(model.layers):
        until_here = keras.Sequential([keras.Input(shape=x.shape[1:]), *model.layers[: number + 1]])
        collected[layer.name] = until_here.predict(x, verbose=0)
    return collected


# %% predict-variances
def predict_variances(input_mean_square, fan_ins, weight_stds, activation):
    if not fan_ins:
        return []
    first = fan_ins[0] * weight_stds[0] * weight_stds[0] * input_mean_square
    return [first] + predict_variances(
        mean_square(activation, first), fan_ins[1:], weight_stds[1:], activation
    )


ratio, layers_to_one_percent = 1.0, 0
while ratio >= 0.01:
    ratio *= 0.5**0.5
    layers_to_one_percent += 1
he_linear_growth = 1
for _ in range(10):
    he_linear_growth *= 2**0.5


# %% weight-std
def weight_std(activation, fan_in):
    variance = 1 / (fan_in * mean_square(activation, 1))
    return variance**0.5


closest = {}
for name in ["linear", "relu", "leaky_relu", "gelu", "selu"]:
    variance = weight_std(name, 1) ** 2
    closest[name] = "lecun" if abs(variance - 1) < abs(variance - 2) else "he"


# %% different-units
def different_units(model):
    counts = []
    for layer in model.layers[:-1]:
        kernel, bias = layer.get_weights()
        kinds = []
        for k in range(len(bias)):
            unit = np.append(kernel[:, k], bias[k])
            if not any(np.abs(unit - other).max() <= 1e-6 for other in kinds):
                kinds.append(unit)
        counts.append(len(kinds))
    return counts


moved_sigmoid = 51 * 10
moved_relu = 10


# %% zoo
import math


def each(function):
    return lambda z: np.array([function(float(one)) for one in np.ravel(z)]).reshape(np.shape(z))


elu = each(lambda z: z if z > 0 else math.exp(z) - 1)
selu = each(lambda z: 1.0507009873554805 * (z if z > 0 else 1.6732632423543772 * (math.exp(z) - 1)))
# the approximation of the paper, by tanh
gelu = each(lambda z: z / 2 * (1 + math.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3))))
swish = each(lambda z: z / (1 + math.exp(-z)))
largest_slope = {"sigmoid": 0.25, "tanh": 1.0, "relu": 1, "selu": 1.758, "gelu": 1.129, "swish": 1.0998}


# %% dead-units
def dead_units(model, x):
    dead = {}
    for name, outputs in collect_activations(model, x).items():
        if name != model.layers[-1].name:
            dead[name] = [bool(max(abs(unit)) == 0) for unit in outputs.T]
    return dead


# %% born-dead
def born_dead_bound(hidden_widths):
    passes = 1
    for width in hidden_widths:
        passes *= 1 - 1 / 2**width
    return 1 - passes


width_needed = 1
while born_dead_bound([width_needed] * 10) > 0.01:
    width_needed += 1
coin_flip_depth = 0
while born_dead_bound([2] * coin_flip_depth) <= 0.5:
    coin_flip_depth += 1


# %% collapsed
def collapsed(outputs, tolerance):
    return [bool(max(row) - min(row) <= tolerance) for row in outputs]


def wilson_interval(count, n):
    # the probabilities p from which count / n is exactly 1.96 standard errors away
    p, z2 = count / n, 1.96**2
    a, b, c = 1 + z2 / n, 2 * p + z2 / n, p * p
    root = (b * b - 4 * a * c) ** 0.5
    return (b - root) / (2 * a), (b + root) / (2 * a)
