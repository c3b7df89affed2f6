"""Models trained together become what `fit` of Keras makes of each by itself."""

from typing import Any

import keras
import numpy as np
import pytest
from keras.optimizers import schedules

from course_utils import together

pytest.importorskip("tensorflow")  # what `together` needs

ACTIVATIONS = ("relu", "leaky_relu", "elu", "selu", "tanh", "sigmoid", "gelu")
INITIALIZERS = (
    *("glorot_normal", "he_normal", "lecun_normal", "random_normal"),
    keras.initializers.RandomNormal(stddev=1.0),
)
POSITIONS = (None, "before", "after")  # of the batch normalisation
OPTIMIZERS = {
    "SGD": lambda: keras.optimizers.SGD(0.1),
    "momentum": lambda: keras.optimizers.SGD(0.03, momentum=0.9),
    "Nesterov": lambda: keras.optimizers.SGD(0.03, momentum=0.9, nesterov=True),
    "AdaGrad": lambda: keras.optimizers.Adagrad(0.03),
    "RMSProp": lambda: keras.optimizers.RMSprop(0.003),
    "Adam": lambda: keras.optimizers.Adam(0.01),
    "Nadam": lambda: keras.optimizers.Nadam(0.01),
    "AdamW": lambda: keras.optimizers.AdamW(0.01, weight_decay=0.1),
}


def network(activation="relu", initializer="he_normal", position=None, seed=0, sizes=(9, 7, 6, 4)):
    """A classifier with batch normalisation before or after the activations, "bare", or without it."""
    keras.utils.set_random_seed(seed)
    inputs, *hidden, classes = sizes
    model = keras.Sequential([keras.Input((inputs,))])
    for units in hidden:
        dense = keras.layers.Dense(units, use_bias=position != "before", kernel_initializer=initializer)
        layers = {
            None: [dense, keras.layers.Activation(activation)],
            "before": [
                dense,
                keras.layers.BatchNormalization(momentum=0.9),
                keras.layers.Activation(activation),
            ],
            "bare": [
                dense,
                keras.layers.BatchNormalization(center=False, scale=False, epsilon=0.1),
                keras.layers.Activation(activation),
            ],
            "after": [dense, keras.layers.Activation(activation), keras.layers.BatchNormalization()],
        }
        for layer in layers[position]:
            model.add(layer)
    model.add(keras.layers.Dense(classes, activation="softmax", kernel_initializer=initializer))
    return model


def sample(n=40, seed=3):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 4, n)
    return (rng.normal(size=(n, 9)) + np.eye(4, 9)[y]).astype(np.float32), y


def twins(models):
    """Models with the same weights, each by itself."""
    copies = [keras.models.clone_model(model) for model in models]
    for copy, model in zip(copies, models, strict=True):
        copy.set_weights(model.get_weights())
    return copies


def fit_alone(model, optimizer, x, y, **arguments):
    """What `fit` gives; step by step, since making a graph takes longer than these few steps."""
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"], run_eagerly=True)
    return model.fit(x, y, shuffle=False, verbose=0, **arguments).history


def assert_same(models, histories, alone, expected):
    for model, history, twin, of_twin in zip(models, histories, alone, expected, strict=True):
        assert history.keys() == of_twin.keys() - {"learning_rate"}
        for name, values in history.items():
            np.testing.assert_allclose(values, of_twin[name], rtol=1e-4, atol=1e-4, err_msg=name)
        for weights, of_weights in zip(model.get_weights(), twin.get_weights(), strict=True):
            np.testing.assert_allclose(weights, of_weights, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_each_optimizer_activation_initializer_and_normalisation_trains_as_in_keras(optimizer):
    # three models an optimiser, so that all of the lists are tried, each with several of the others
    number = list(OPTIMIZERS).index(optimizer)
    models = [
        network(
            ACTIVATIONS[(3 * number + place) % len(ACTIVATIONS)],
            INITIALIZERS[(number + 2 * place) % len(INITIALIZERS)],
            position,
            seed=number + place,
            sizes=(9, 7, 4),
        )
        for place, position in enumerate(POSITIONS)
    ]
    before = [model.get_weights() for model in models]
    alone = twins(models)
    x, y = sample()  # two minibatches of 16 and one of 8
    histories = together.fit(
        models, x, y, OPTIMIZERS[optimizer](), epochs=3, batch_size=16, shuffle=False, verbose=0
    )
    expected = [fit_alone(twin, OPTIMIZERS[optimizer](), x, y, epochs=3, batch_size=16) for twin in alone]
    assert_same(models, histories, alone, expected)
    for model, arrays in zip(models, before, strict=True):
        assert not any(
            np.allclose(array, old) for array, old in zip(model.get_weights(), arrays, strict=True)
        )


def test_validation_and_learning_rates_are_those_of_each_model():
    # models that do the same are not neighbours: what belongs to one must not reach another
    rates = [0.3, 0.01, 0.1, schedules.ExponentialDecay(0.2, 5, 0.5), 0.05]
    kinds = (None, "before", "bare", "before", None)
    models = [network("tanh", position=position, seed=seed) for seed, position in enumerate(kinds)]
    alone = twins(models)
    (x, y), valid = sample(), sample(n=together.VALIDATION_ROWS + 20, seed=8)
    shared = {"epochs": 2, "batch_size": 16, "validation_data": valid}
    histories = together.fit(
        models, x, y, keras.optimizers.SGD(), learning_rates=rates, shuffle=False, verbose=0, **shared
    )
    expected = [
        fit_alone(twin, keras.optimizers.SGD(rate), x, y, **shared, validation_batch_size=1_000)
        for twin, rate in zip(alone, rates, strict=True)
    ]
    assert_same(models, histories, alone, expected)


@pytest.mark.parametrize("use_bias", [False, True])
def test_models_of_one_layer_train_as_in_keras(use_bias):
    models = [
        keras.Sequential([keras.Input((9,)), keras.layers.Dense(4, "softmax", use_bias=use_bias)])
        for _ in range(2)
    ]
    alone = twins(models)
    x, y = sample()
    histories = together.fit(models, x, y, learning_rates=[0.1, 0.3], batch_size=16, shuffle=False, verbose=0)
    expected = [
        fit_alone(twin, keras.optimizers.SGD(rate), x, y, batch_size=16)
        for twin, rate in zip(alone, (0.1, 0.3), strict=True)
    ]
    assert_same(models, histories, alone, expected)


def test_zeros_stay_alike_and_a_model_that_overflows_disturbs_no_other():
    huge = keras.initializers.RandomNormal(stddev=1e19)
    models = [network(), network(initializer=huge), network("sigmoid", "zeros")]
    alone = twins(models)[::2]
    x, y = sample()
    settings: dict[str, Any] = {"epochs": 2, "batch_size": 16}
    histories = together.fit(models, x, y, keras.optimizers.SGD(0.1), shuffle=False, verbose=0, **settings)
    assert np.isnan(histories[1]["loss"]).all()
    expected = [fit_alone(twin, keras.optimizers.SGD(0.1), x, y, **settings) for twin in alone]
    assert_same(models[::2], histories[::2], alone, expected)
    first = models[2].get_weights()[0]
    np.testing.assert_array_equal(first, np.repeat(first[:, :1], 7, axis=1))


def test_all_see_the_same_minibatches_in_a_new_order_each_epoch():
    x, y = sample()

    def trained(seed, copies=1):
        models = [network(seed=5) for _ in range(copies)]
        histories = together.fit(models, x, y, epochs=2, batch_size=16, seed=seed, verbose=0)
        return [model.get_weights()[0] for model in models], histories

    (first, second), histories = trained(1, copies=2)
    np.testing.assert_allclose(first, second, atol=1e-6)
    assert histories[0]["loss"] == pytest.approx(histories[1]["loss"], abs=1e-6)
    np.testing.assert_allclose(trained(1)[0][0], first, atol=1e-6)
    assert not np.allclose(trained(2)[0][0], first, atol=1e-4)
    model = network(seed=5)  # an epoch has each example once, and a rate of 0 changes nothing
    still = together.fit([model], x, y, "sgd", learning_rates=[0.0], epochs=2, batch_size=16, verbose=0)
    expected = keras.losses.sparse_categorical_crossentropy(y, model(x)).numpy().mean()
    assert still[0]["loss"] == pytest.approx([expected, expected], rel=1e-5)


def test_progress_is_one_line(capsys):
    x, y = sample()
    together.fit([network()], x, y, verbose=0)
    assert capsys.readouterr().out == ""
    together.fit([network()], x, y)
    assert capsys.readouterr().out.strip() == "1 of 1 epochs, 1 networks"


def other(*layers):
    """A model of these layers, and a softmax behind them."""
    return keras.Sequential([keras.Input((9,)), *layers, keras.layers.Dense(4, activation="softmax")])


def frozen():
    model = network()
    model.layers[0].trainable = False
    return model


def trained_optimizer():
    optimizer = keras.optimizers.SGD()
    optimizer.build(network().trainable_variables)
    return optimizer


@pytest.mark.parametrize(
    ("models", "complaint"),
    [
        (lambda: [], "models is empty"),
        (lambda: [network()] * 2, "a model is there twice"),
        (lambda: [network(), network(sizes=(9, 5, 6, 4))], "model 1 has kernels .* they must agree"),
        (lambda: [network(), network(sizes=(9, 7, 4))], "model 1 has kernels .* they must agree"),
        (lambda: [keras.Sequential([keras.layers.Dense(4)])], "model 0 is not built"),
        (lambda: [network(), other(keras.layers.Dropout(0.5))], "model 1, layer 'dropout.*is a Dropout"),
        (lambda: [other(keras.layers.BatchNormalization())], "must begin with a Dense layer"),
        (lambda: [keras.Sequential([keras.Input((9,)), keras.layers.Dense(4)])], "must end with a softmax"),
        (lambda: [other(keras.layers.Dense(4, kernel_regularizer="l2"))], "has kernel_regularizer"),
        (
            lambda: [other(keras.layers.Dense(4, activation=keras.layers.PReLU()))],
            "a layer for its activation",
        ),
        (lambda: [frozen()], "is frozen"),
    ],
)
def test_models_that_do_not_fit_are_refused(models, complaint):
    x, y = sample()
    with pytest.raises(ValueError, match=complaint):
        together.fit(models(), x, y, verbose=0)


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"optimizer": "muon"}, "Muon cannot train models together: it may be SGD"),
        (
            {"optimizer": lambda: keras.optimizers.SGD(global_clipnorm=1.0)},
            "the optimizer has global_clipnorm",
        ),
        ({"optimizer": lambda: keras.optimizers.SGD(use_ema=True)}, "the optimizer has use_ema"),
        ({"optimizer": trained_optimizer}, "has trained before"),
        ({"learning_rates": [0.1, 0.2]}, "2 learning rates for 1 models"),
        ({"learning_rates": ["fast"]}, "a learning rate is 'fast': it must be a number"),
        ({"learning_rates": [-0.1]}, "a learning rate is -0.1: it must be a number from 0"),
        ({"x": np.zeros((40, 8))}, r"x has the shape \(40, 8\): it must be \(n, 9\)"),
        ({"x": np.full((40, 9), np.nan)}, "finite"),
        ({"y": np.zeros(39, int)}, r"y has the shape \(39,\)"),
        ({"y": np.zeros(40)}, "type float64.*whole numbers"),
        ({"y": np.full(40, 4)}, "classes from 4 to 4: they must be from 0 to 3"),
        ({"validation_data": (np.zeros((3, 8)), np.zeros(3, int))}, "validation x has the shape"),
        ({"epochs": 0}, "both must be at least 1"),
        ({"batch_size": 0}, "both must be at least 1"),
    ],
)
def test_what_does_not_fit_is_refused(wrong, complaint):
    x, y = sample()
    arguments = {name: value() if callable(value) else value for name, value in wrong.items()}
    with pytest.raises(ValueError, match=complaint):
        together.fit(**{"models": [network()], "x": x, "y": y, "verbose": 0, **arguments})


def functional(model):
    """A Functional model with layers and weights like those of a Sequential one."""
    inputs = outputs = keras.Input((9,))
    for layer in model.layers:
        outputs = type(layer).from_config(layer.get_config())(outputs)
    copy = keras.Model(inputs, outputs)
    copy.set_weights(model.get_weights())
    return copy


def test_functional_chains_are_trained_as_sequential_models_are():
    x, y = sample()
    sequential = [network("relu"), network("tanh", position="after", seed=1)]
    chains = [functional(model) for model in sequential]
    histories = [together.fit(models, x, y, epochs=2, verbose=0) for models in (sequential, chains)]
    assert histories[0] == histories[1]
    for one, other in zip(sequential, chains, strict=True):
        for expected, found in zip(one.get_weights(), other.get_weights(), strict=True):
            np.testing.assert_array_equal(found, expected)


def test_models_that_branch_are_refused():
    x, y = sample()
    inputs = keras.Input((9,))
    hidden = keras.layers.Dense(9, activation="relu")(inputs)
    left, right = (keras.layers.Dense(4, activation="softmax") for _ in range(2))
    for model in (
        keras.Model(inputs, left(keras.layers.Add()([inputs, hidden]))),
        keras.Model(inputs, [right(hidden), hidden]),
    ):
        with pytest.raises(ValueError, match="model 0 is not a chain"):
            together.fit([model], x, y, verbose=0)


def test_other_kinds_of_model_are_refused():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(4, activation="softmax")

        def call(self, x):
            return self.dense(x)

    x, y = sample()
    with pytest.raises(TypeError, match="model 0 is a Own: it must be a Sequential or a Functional model"):
        together.fit([Own()], x, y, verbose=0)


def test_many_short_calls_write_no_warning(caplog):
    x, y = sample()
    for _ in range(12):
        together.fit([network()], x, y, validation_data=(x, y), verbose=0)
    assert caplog.records == []


def test_other_backends_train_one_by_one(monkeypatch):
    """The same minibatches, learning rates and numbers, where there is no `tf.function`."""
    x, y = sample()
    given: dict[str, Any] = {
        "epochs": 2,
        "batch_size": 16,
        "validation_data": (x[:9], y[:9]),
        "seed": 5,
        "verbose": 0,
    }
    both = []
    for backend in ("tensorflow", "jax"):
        monkeypatch.setattr(keras.backend, "backend", lambda backend=backend: backend)
        models = [network("relu"), network("tanh", position="before", seed=1)]
        histories = together.fit(models, x, y, keras.optimizers.SGD(momentum=0.9), [0.1, 0.01], **given)
        both.append((models, histories))
    assert_same(*both[0], *both[1])
