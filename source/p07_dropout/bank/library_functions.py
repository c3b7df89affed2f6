# title: Functions of Keras, SciPy and scikit-learn
# kind: alternate

# %% penalty
def penalty(weights, l1, l2):
    regulariser = keras.regularizers.L1L2(l1=l1, l2=l2)
    return sum(float(regulariser(array)) for array in weights)


def penalty_gradient(weights, l1, l2):
    return [np.sign(array) * l1 + array * l2 * 2 for array in weights]


# %% alone
shrink_factor = np.float32(0.99)
left_by_l2 = 0.183
steps_to_zero = 100.0


# %% regularised
def build_regularised_mlp(sizes, regulariser, constraint):
    Layer = partial(
        keras.layers.Dense,
        kernel_initializer="he_normal",
        kernel_regularizer=regulariser,
        kernel_constraint=constraint,
    )
    inputs = keras.Input((sizes[0],))
    signal = inputs
    for units in sizes[1:-1]:
        signal = Layer(units, activation="relu")(signal)
    return keras.Model(inputs, Layer(sizes[-1], activation="softmax")(signal))


# %% dropout
def dropout(x, rate, training, seed):
    if not training or rate == 0:
        return x + 0
    return x * np.random.default_rng(seed).binomial(1, 1 - rate, size=x.shape) / (1 - rate)


# %% choose-rate
from scipy.stats import sem


def choose_rate(losses):
    table = pd.DataFrame(losses)
    best = table.mean().idxmin()
    return table.columns[table.mean() <= table[best].mean() + sem(table[best])].max()


# %% mc-dropout
class MCDropout(keras.layers.Dropout):
    def call(self, inputs, training=None):
        return keras.random.dropout(inputs, self.rate, seed=self.seed_generator) if self.rate > 0 else inputs


# %% mc-model
def mc_model(model):
    kinds = {keras.layers.Dropout: MCDropout}
    new = keras.models.clone_model(
        model,
        clone_function=lambda layer: kinds.get(type(layer), type(layer)).from_config(layer.get_config()),
    )
    new.set_weights(model.get_weights())
    return new


# %% mc-predict
def mc_predict(model, images, passes, seed):
    uncertainty.set_mc_seed(model, seed)
    repeated = np.repeat(images[None], passes, axis=0).reshape(-1, *images.shape[1:])
    samples = np.asarray(model(repeated)).reshape(passes, len(images), -1)
    return samples.mean(axis=0), samples.std(axis=0)


# %% scores
from sklearn.metrics import log_loss


def negative_log_likelihood(probabilities, labels):
    return float(
        -np.log(np.clip(np.take_along_axis(probabilities, labels[:, None], axis=1), 1e-12, None)).mean()
    )


def calibration_error(probabilities, labels, bins):
    return uncertainty.calibration_error(probabilities, labels, bins)


# %% entropies
from scipy.special import entr


def predictive_entropy(samples):
    return entr(samples.mean(axis=0)).sum(axis=1)


def mutual_information(samples):
    return predictive_entropy(samples) - entr(samples).sum(axis=2).mean(axis=0)


# %% reading
from scipy.stats import entropy

passes = {"A": [[0.5, 0.5]] * 100, "B": [[1, 0]] * 50 + [[0, 1]] * 50, "C": [[1, 0]] * 100}
entropies = {image: entropy(np.mean(rows, axis=0)) for image, rows in passes.items()}
informations = {image: entropies[image] - np.mean(entropy(rows, axis=1)) for image, rows in passes.items()}
labels_would_help = max(informations, key=informations.get)


# %% refer
def refer(uncertainty_scores, share):
    return (
        pd.Series(uncertainty_scores)
        .sort_values(ascending=False)
        .index[: round(share * len(uncertainty_scores))]
        .to_numpy()
    )


def accuracy_of_rest(probabilities, labels, uncertainty_scores, share):
    kept = np.setdiff1d(np.arange(len(labels)), refer(uncertainty_scores, share))
    return np.mean(np.argmax(probabilities[kept], axis=1) == labels[kept])
