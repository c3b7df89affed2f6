# title: Plain loops and lists
# kind: alternate

# %% penalty
def penalty(weights, l1, l2):
    total = 0
    for array in weights:
        for value in array.flatten():
            total += l1 * abs(value) + l2 * value * value
    return total


def penalty_gradient(weights, l1, l2):
    gradients = []
    for array in weights:
        gradient = 2 * l2 * array
        gradient[array > 0] += l1
        gradient[array < 0] -= l1
        gradients.append(gradient)
    return gradients


# %% alone
w = 0.5
for _ in range(100):
    w -= 0.1 * 2 * 0.05 * w
shrink_factor, left_by_l2, steps_to_zero = 0.99, w, 0.5 / (0.1 * 0.05)


# %% regularised
def build_regularised_mlp(sizes, regulariser, constraint):
    model = keras.Sequential()
    model.add(keras.Input(shape=(sizes[0],)))
    for units in sizes[1:]:
        model.add(
            keras.layers.Dense(
                units,
                kernel_initializer=keras.initializers.HeNormal(),
                kernel_regularizer=regulariser,
                kernel_constraint=constraint,
            )
        )
        model.add(keras.layers.Activation("softmax" if len(model.layers) == 2 * len(sizes) - 3 else "relu"))
    return model


# %% dropout
def dropout(x, rate, training, seed):
    result = np.array(x, dtype=float)
    if training:
        rng = np.random.default_rng(seed)
        flat = result.reshape(-1)
        for i in range(len(flat)):
            flat[i] = 0 if rng.random() < rate else flat[i] / (1 - rate)
    return result


# %% choose-rate
def choose_rate(losses):
    rates = sorted(losses)
    means = [sum(losses[rate]) / len(losses[rate]) for rate in rates]
    best = means.index(min(means))
    values = losses[rates[best]]
    variance = sum((value - means[best]) ** 2 for value in values) / (len(values) - 1)
    for rate, mean in zip(reversed(rates), reversed(means)):
        if mean <= means[best] + (variance / len(values)) ** 0.5:
            return rate


# %% mc-dropout
class MCDropout(keras.layers.Dropout):
    def call(self, inputs):
        return keras.layers.Dropout.call(self, inputs, True)


# %% mc-model
def mc_model(model):
    def copied(layer):
        if isinstance(layer, keras.layers.Dropout):
            return MCDropout(layer.rate, name=layer.name)
        return type(layer).from_config(layer.get_config())

    new = keras.models.clone_model(model, clone_function=copied)
    for old_layer, new_layer in zip(model.layers, new.layers):
        new_layer.set_weights(old_layer.get_weights())
    return new


# %% mc-predict
def mc_predict(model, images, passes, seed):
    number = 0
    for layer in model.layers:
        if "dropout" in type(layer).__name__.lower():
            layer.seed_generator.state.assign([1000 * seed + number, 0])
            number += 1
    total, squares = 0, 0
    for _ in range(passes):
        answer = np.asarray(model(images), dtype="float64")
        total, squares = total + answer, squares + answer**2
    mean = total / passes
    return mean, np.sqrt(np.maximum(squares / passes - mean**2, 0))


# %% scores
def negative_log_likelihood(probabilities, labels):
    total = 0
    for row, label in zip(probabilities, labels):
        total -= np.log(max(row[label], 1e-12))
    return total / len(labels)


def calibration_error(probabilities, labels, bins):
    sums = [[0, 0.0, 0] for _ in range(bins)]
    for row, label in zip(probabilities, labels):
        place = max(int(np.ceil(row.max() * bins)) - 1, 0)
        sums[place][0] += 1
        sums[place][1] += row.max()
        sums[place][2] += int(row.argmax() == label)
    return sum(abs(right - confident) for _, confident, right in sums) / len(labels)


# %% entropies
def predictive_entropy(samples):
    mean = samples.mean(axis=0)
    return np.array([sum(-p * np.log(p) for p in row if p > 0) for row in mean])


def mutual_information(samples):
    singles = np.array([predictive_entropy(one[None]) for one in samples])
    return predictive_entropy(samples) - singles.mean(axis=0)


# %% reading
entropies = {"A": 0.693, "B": 0.693, "C": 0}
informations = {"A": 0, "B": 0.693, "C": 0}
labels_would_help = "B"


# %% refer
def refer(uncertainty_scores, share):
    order = sorted(range(len(uncertainty_scores)), key=lambda place: uncertainty_scores[place], reverse=True)
    return order[: round(share * len(order))]


def accuracy_of_rest(probabilities, labels, uncertainty_scores, share):
    handed_over = set(refer(uncertainty_scores, share))
    rest = [i for i in range(len(labels)) if i not in handed_over]
    return sum(probabilities[i].argmax() == labels[i] for i in rest) / len(rest)
