# title: Plain Python loops instead of vectorised NumPy
# kind: alternate

# %% split
def split(images, labels, n_valid):
    valid = np.arange(len(images)) < n_valid
    return (images[~valid], labels[~valid]), (images[valid], labels[valid])


n_classes = len(set(fashion.y_train.tolist()))


# %% standardise
def fit_standardiser(x_train):
    mean = sum(x_train.astype(float)) / len(x_train)
    variance = sum((image - mean) ** 2 for image in x_train) / len(x_train)
    scale = np.sqrt(variance)
    scale[scale == 0] = 1.0
    return mean, scale


def standardise(x, mean, scale):
    return np.stack([(image - mean) / scale for image in x])


# %% count-parameters
def count_parameters(layer_sizes):
    total = 0
    for i in range(len(layer_sizes) - 1):
        weights = layer_sizes[i] * layer_sizes[i + 1]
        biases = layer_sizes[i + 1]
        total += weights + biases
    return total


parameter_table = {"ReLU": 1100.0, "PReLU": 20400.0, "SELU": 10050.0, "output": 255.0, "total": 31805.0}


# %% minibatch
def regression_output(x, layers):
    if np.ndim(x) == 2:
        return np.array([regression_output(row, layers) for row in x])
    for number, (weights, biases) in enumerate(layers):
        x = [sum(x[i] * weights[i][k] for i in range(len(x))) + biases[k] for k in range(len(biases))]
        if number < len(layers) - 1:
            x = [max(value, 0) for value in x]
    return x


layer_shapes = {"W1": [20, 30], "b1": [30], "W2": [30, 40], "b2": [40], "W3": [40, 3], "b3": [3]}
layer_parameters = [630, 1240, 123]

# %% sine-network
import math


def sine_network(x, w1, b1, w2, b2):
    z = [w1[k] * x + b1[k] for k in range(2)]
    a = [math.sin(value) for value in z]
    y = 1 / (1 + math.exp(-w2[0] * a[0] - w2[1] * a[1] - b2))
    return z, a, y


sine_parameters = 2 + 2 + 2 + 1


# %% activations
def leaky_relu(z, negative_slope=0.1):
    return np.maximum(z, 0) + negative_slope * np.minimum(z, 0)


def slope(name, z, negative_slope=0.1):
    result = np.empty(np.shape(z))
    for index, value in np.ndenumerate(z):
        if name == "sigmoid":
            result[index] = math.exp(-value) / (1 + math.exp(-value)) ** 2
        elif value > 0:
            result[index] = 1
        else:
            result[index] = 0 if name == "relu" else negative_slope
    return result


can_die = {"leaky_relu": False, "relu": True, "sigmoid": False}


# %% evaluate
def loss_and_accuracy(probabilities, labels):
    loss, right = 0.0, 0
    for row, label in zip(probabilities, labels):
        loss -= math.log(max(row[label], 1e-7))
        right += int(np.argmax(row) == label)
    return loss / len(labels), right / len(labels)


# %% confusion
def confusion_matrix(labels, answers, n_classes):
    matrix = [[0] * n_classes for _ in range(n_classes)]
    for label, answer in zip(labels, answers):
        matrix[label][answer] += 1
    return np.array(matrix)


def recall(matrix):
    return [row[i] / sum(row) if sum(row) else float("nan") for i, row in enumerate(matrix)]


def most_confused(matrix):
    pairs = [(i, j) for i in range(len(matrix)) for j in range(len(matrix)) if i != j]
    return max(pairs, key=lambda pair: matrix[pair[0]][pair[1]])


# %% choose-rate
def choose_learning_rate(rates, losses):
    best, best_loss = None, math.inf
    for i in range(10, len(rates) - 10):
        window = sorted(loss for loss in losses[i - 10 : i + 11] if math.isfinite(loss))
        if len(window) > 10 and window[len(window) // 2] < best_loss:
            best, best_loss = rates[i], window[len(window) // 2]
    return best / 10
