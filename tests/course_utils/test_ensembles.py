"""An ensemble does to each member what Keras does to a network by itself."""

from collections.abc import Callable

import keras
import numpy as np
import pytest
from scipy import stats

from course_utils import ensembles
from course_utils.ensembles import SGD, Adam, Ensemble

ACTIVATIONS = ("relu", "leaky_relu", "elu", "selu", "tanh", "sigmoid", "gelu")
OPTIMIZERS: dict[str, tuple[SGD | Adam, Callable[[], keras.optimizers.Optimizer]]] = {
    "sgd": (SGD(0.02), lambda: keras.optimizers.SGD(learning_rate=0.02)),
    "momentum": (SGD(0.005, momentum=0.9), lambda: keras.optimizers.SGD(learning_rate=0.005, momentum=0.9)),
    "adam": (Adam(0.01), lambda: keras.optimizers.Adam(learning_rate=0.01)),
    "adam otherwise": (
        Adam(0.02, beta_1=0.8, beta_2=0.99, epsilon=1e-4),
        lambda: keras.optimizers.Adam(learning_rate=0.02, beta_1=0.8, beta_2=0.99, epsilon=1e-4),
    ),
}


def sample(n=60, inputs=1):
    rng = np.random.default_rng(5)
    x = rng.uniform(-2, 2, (n, inputs)).astype(np.float32)
    return x, np.abs(x).sum(axis=1)


def twin(ensemble, member, activation, optimizer="sgd"):
    """A Keras model with a member's weights."""
    if activation == "leaky_relu":
        activation = lambda z: keras.activations.leaky_relu(z, negative_slope=0.01)  # noqa: E731
    model = keras.Sequential([keras.Input((ensemble.sizes[0],))])
    for units in ensemble.sizes[1:-1]:
        model.add(keras.layers.Dense(units, activation=activation))
    model.add(keras.layers.Dense(1))
    model.compile(optimizer, "mse", run_eagerly=True)  # making a graph takes longer than these few steps
    model.set_weights(ensemble.member_weights(member))
    return model


def assert_trains_like_keras(sizes, activation, optimizer, seed=1):
    own, kerass = OPTIMIZERS[optimizer]
    x, y = sample(inputs=sizes[0])  # three minibatches of 16 and one of 12
    ensemble = Ensemble.create(sizes, members=3, activation=activation, initializer="he_normal", seed=seed)
    model = twin(ensemble, 1, activation, kerass())
    ours = ensemble.fit(x, y, 5, 16, own, shuffle=False, verbose=0)[:, 1]  # 20 steps
    theirs = model.fit(x, y, epochs=5, batch_size=16, shuffle=False, verbose=0).history["loss"]
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)
    assert ours[-1] < 0.95 * ours[0]
    for weights, expected in zip(ensemble.member_weights(1), model.get_weights(), strict=True):
        np.testing.assert_allclose(weights, expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_each_activation_trains_as_in_keras(activation):
    assert_trains_like_keras((1, 4, 3, 1), activation, "adam")


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_each_optimizer_trains_as_in_keras(optimizer):
    assert_trains_like_keras((2, 3, 3, 3, 1), "tanh", optimizer)


def test_deep_networks_and_linear_ones_train_as_in_keras():
    assert_trains_like_keras((1,) + (4,) * 9 + (1,), "relu", "sgd", seed=4)
    assert_trains_like_keras((3, 1), "relu", "momentum")


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_outputs_are_those_of_keras_far_from_zero_too(activation):
    x = np.linspace(-200, 200, 601, dtype=np.float32)
    ensemble = Ensemble.create((1, 5, 1), members=2, activation=activation, seed=3)
    expected = twin(ensemble, 1, activation)(x[:, np.newaxis])[:, 0]
    np.testing.assert_allclose(ensemble.predict(x)[1], expected, rtol=1e-4, atol=1e-5)


def test_the_derivative_of_relu_at_zero_is_zero():
    # below a dead layer all pre-activations are exactly 0
    x, y = sample()
    ensemble = Ensemble.create((1, 2, 2, 1), members=1, initializer="he_normal", seed=1)
    ensemble.kernels[0][...] = 0
    hidden = [kernel.copy() for kernel in ensemble.kernels]
    ensemble.fit(x, y, optimizer=SGD(0.1), verbose=0)
    for kernel, before in zip(ensemble.kernels, hidden, strict=True):
        np.testing.assert_array_equal(kernel, before)
    assert np.all(ensemble.biases[-1] != 0)
    assert ensemble.collapsed(x).all()


def test_members_are_trained_each_on_minibatches_of_its_own():
    x, y = sample()
    ensemble = Ensemble.create((1, 3, 1), members=600, seed=2)  # two blocks
    for array in (*ensemble.kernels, *ensemble.biases):
        array[...] = array[..., :1]  # all members alike
    losses = ensemble.fit(x, y, epochs=2, batch_size=16, verbose=0)
    distinct = len(np.unique(losses[1]))
    # on other backends two of 600 came out equal in float32; alike, they would be a few
    assert distinct == 600 if keras.backend.backend() == "tensorflow" else distinct > 590
    whole = ensemble.fit(x, y, batch_size=60, optimizer=SGD(0.0), verbose=0)[0]
    expected = np.square(ensemble.predict(x) - y).mean(axis=1)
    np.testing.assert_allclose(whole, expected, rtol=1e-5)  # an epoch has each example once


def test_a_seed_gives_the_same_ensemble_on_any_number_of_cores(monkeypatch):
    x, y = sample()

    def trained(seed, cores):
        monkeypatch.setattr(ensembles.os, "cpu_count", lambda: cores)
        ensemble = Ensemble.create((1, 3, 1), members=600, initializer="he_normal", seed=seed)
        return ensemble.fit(x, y, epochs=2, optimizer=Adam(), verbose=0)

    first = trained(7, 1)
    np.testing.assert_array_equal(trained(7, 3), first)
    assert not np.isclose(trained(8, 3), first).any(axis=1).all()


def test_members_do_not_disturb_each_other():
    # with the same initial weights and minibatches a member is the same in any company, a diverging one too
    x, y = sample()
    few = Ensemble.create((1, 3, 1), members=2, activation="tanh", seed=1)
    many = Ensemble.create((1, 3, 1), members=513, activation="tanh", seed=2)
    for small, large in zip((*few.kernels, *few.biases), (*many.kernels, *many.biases), strict=True):
        large[..., 511:] = small
    many.kernels[-1][..., 0] = np.inf
    optimizer = SGD(0.1, momentum=0.5)
    expected, losses = (each.fit(x, y, 3, 16, optimizer, shuffle=False, verbose=0) for each in (few, many))
    np.testing.assert_allclose(losses[:, 511:], expected, rtol=1e-6)
    assert np.isnan(losses[1:, 0]).all()
    assert np.isfinite(losses[:, 1:]).all()
    assert not many.collapsed(x)[0]


@pytest.mark.parametrize("distribution", ["normal", "uniform"])
@pytest.mark.parametrize("family", ["glorot", "he", "lecun"])
def test_weights_have_the_distribution_that_keras_documents(family, distribution):
    ensemble = Ensemble.create((2, 8, 1), members=5_000, initializer=f"{family}_{distribution}", seed=11)
    for kernel in ensemble.kernels:
        inputs, units, _ = kernel.shape
        variance = {"glorot": 2 / (inputs + units), "he": 2 / inputs, "lecun": 1 / inputs}[family]
        if distribution == "uniform":
            expected = stats.uniform(-np.sqrt(3 * variance), 2 * np.sqrt(3 * variance))
        else:
            # truncated at two of its deviations, which are enlarged so that the variance is as it should be
            expected = stats.truncnorm(-2, 2, scale=np.sqrt(variance / stats.truncnorm(-2, 2).var()))
        # a false alarm once in 10⁶ runs
        assert stats.kstest(kernel.ravel(), expected.cdf).pvalue > 1e-6


@pytest.mark.parametrize(
    ("initializer", "expected"),
    [
        ("random_normal", stats.norm(scale=0.05)),
        (keras.initializers.RandomNormal(stddev=1.0, seed=1), stats.norm()),
        (keras.initializers.RandomUniform(-2.0, 1.0), stats.uniform(-2, 3)),
        (
            keras.initializers.VarianceScaling(3.0, "fan_out", "untruncated_normal"),
            stats.norm(scale=np.sqrt(3 / 8)),
        ),
    ],
    ids=["random_normal", "RandomNormal", "RandomUniform", "VarianceScaling"],
)
def test_weights_have_the_distribution_of_other_initializers(initializer, expected):
    kernel = Ensemble.create((2, 8, 1), members=5_000, initializer=initializer, seed=11).kernels[0]
    assert stats.kstest(kernel.ravel(), expected.cdf).pvalue > 1e-6


def test_constant_initializers():
    zeros = Ensemble.create((1, 3, 1), members=4, initializer="zeros")
    assert not any(kernel.any() for kernel in zeros.kernels)
    assert zeros.collapsed(np.linspace(-1, 1, 9)).all()


def test_weights_are_drawn_for_each_member_and_layer():
    ensemble = Ensemble.create((2, 2, 2, 1), members=500, initializer="he_normal")
    weights = np.concatenate([kernel.reshape(-1, 500) for kernel in ensemble.kernels])
    correlations = np.abs(np.corrcoef(weights) - np.eye(len(weights)))
    assert correlations.max() < 5.5 / np.sqrt(500)  # 45 pairs: a false alarm once in 10⁶ runs
    assert len(np.unique(weights)) > 0.99 * weights.size
    assert not any(bias.any() for bias in ensemble.biases)


def test_collapsed_members():
    ensemble = Ensemble.create((1, 1, 1), members=3)
    x = np.linspace(-1, 1, 11)
    ensemble.kernels[0][...] = [[[1, 1, 1]]]
    ensemble.biases[0][...] = [[0, -2, -0.999]]  # alive, dead everywhere, alive at one point only
    ensemble.kernels[1][...] = 1
    assert ensemble.collapsed(x).tolist() == [False, True, False]
    assert ensemble.collapsed(x, tolerance=0.01).tolist() == [False, True, True]


def test_shapes_and_types():
    x, y = sample(inputs=2)
    ensemble = Ensemble.create([2, 3, 1], members=5)
    losses = ensemble.fit(x.astype(np.float64), y.reshape(-1, 1).tolist(), epochs=2, verbose=0)
    assert (losses.shape, losses.dtype) == ((2, 5), np.float32)
    outputs = ensemble.predict(x[:7])
    assert (outputs.shape, outputs.dtype) == ((5, 7), np.float32)
    assert [kernel.shape for kernel in ensemble.kernels] == [(2, 3, 5), (3, 1, 5)]
    assert [array.shape for array in ensemble.member_weights(4)] == [(2, 3), (3,), (3, 1), (1,)]


def test_progress_is_one_line(capsys):
    x, y = sample()
    ensemble = Ensemble.create((1, 2, 1), members=1_000)
    ensemble.fit(x, y, epochs=3, verbose=0)
    assert capsys.readouterr().out == ""
    ensemble.fit(x, y, epochs=3)
    assert capsys.readouterr().out.startswith("3 of 3 epochs, 1,000 networks")


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"sizes": (1,)}, "at least 2 layers"),
        ({"sizes": (1, 2, 3)}, "the last of 1"),
        ({"sizes": (1, 0, 1)}, "1 or more units"),
        ({"members": 0}, "at least 1"),
        ({"activation": "softmax"}, "no activation 'softmax'"),
        ({"initializer": "he_norml"}, "he_norml"),
        ({"initializer": "orthogonal"}, "draws each weight by itself"),
    ],
)
def test_wrong_ensembles_are_refused(wrong, complaint):
    with pytest.raises(ValueError, match=complaint):
        Ensemble.create(**{"sizes": (1, 2, 1), "members": 2, **wrong})


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"x": np.zeros((60, 2))}, r"x has the shape \(60, 2\): it must be \(n, 1\)"),
        ({"x": np.zeros((0, 1))}, "n at least 1"),
        ({"y": np.zeros(59)}, r"y has the shape \(59,\)"),
        ({"y": np.zeros((60, 2))}, r"y has the shape \(60, 2\)"),
        ({"y": np.full(60, np.nan)}, "y must be an array of finite numbers"),
        ({"epochs": 0}, "at least 1"),
        ({"batch_size": 0}, "at least 1"),
    ],
)
def test_wrong_data_are_refused(wrong, complaint):
    x, y = sample()
    with pytest.raises(ValueError, match=complaint):
        Ensemble.create((1, 2, 1), members=2).fit(**{"x": x, "y": y, "verbose": 0, **wrong})


@pytest.mark.parametrize("optimizer", ["adam", keras.optimizers.SGD()])
def test_other_optimizers_are_refused(optimizer):
    x, y = sample()
    with pytest.raises(TypeError, match="an SGD or Adam of course_utils"):
        Ensemble.create((1, 2, 1), members=2).fit(x, y, optimizer=optimizer, verbose=0)
