"""What the probes say of a model is what its layers did."""

import keras
import numpy as np
import pytest

from course_utils import probes


@pytest.fixture(scope="module")
def batch():
    rng = np.random.default_rng(3)
    return rng.normal(size=(32, 6)).astype(np.float32), rng.integers(0, 4, 32)


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(1)
    inputs = keras.Input((6,))
    hidden = keras.layers.Dense(8, activation="relu", name="first")(inputs)
    hidden = keras.layers.Dropout(0.5, name="dropout")(hidden)
    added = keras.layers.Add(name="add")([hidden, keras.layers.Dense(8, name="second")(hidden)])
    outputs = keras.layers.Dense(4, activation="softmax", name="last")(added)
    model = keras.Model(inputs, outputs)
    model.compile("sgd", "sparse_categorical_crossentropy")
    return model


def test_outputs_are_those_of_the_layers(model, batch):
    x, _ = batch
    outputs = probes.layer_outputs(model, x)
    assert list(outputs) == ["first", "dropout", "second", "add", "last"]
    kernel, bias = model.get_layer("first").get_weights()
    np.testing.assert_allclose(outputs["first"], np.maximum(x @ kernel + bias, 0), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(outputs["dropout"], outputs["first"])  # inference: nothing is dropped
    np.testing.assert_allclose(outputs["add"], outputs["dropout"] + outputs["second"], rtol=1e-6)
    np.testing.assert_allclose(outputs["last"], model.predict(x, verbose=0), rtol=1e-6)


def test_statistics_are_those_of_the_outputs(model, batch):
    x, _ = batch
    outputs, table = probes.layer_outputs(model, x), probes.layer_statistics(model, x)
    assert list(table.index) == list(outputs)
    for name, row in table.iterrows():
        expected = outputs[name]
        figures = [expected.mean(), expected.std(), (expected == 0).mean(), expected.min(), expected.max()]
        np.testing.assert_allclose(
            row[["mean", "std", "zeros", "min", "max"]].astype(float), figures, rtol=1e-5
        )
    assert 0 < table.loc["first", "zeros"] < 1


def test_gradient_norms_are_those_of_linear_regression():
    # mean squared error of X W over n examples and m outputs: dL/dW = 2 Xᵀ (X W − Y) / (n m)
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=(20, 3)).astype(np.float32), rng.normal(size=(20, 2)).astype(np.float32)
    linear = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, use_bias=False, name="linear")])
    linear.compile("sgd", "mse")
    (kernel,) = linear.get_weights()
    table = probes.gradient_norms(linear, x, y)
    expected = np.linalg.norm(2 * x.T @ (x @ kernel - y) / 40)
    assert table.loc["linear", "norm"] == pytest.approx(expected, rel=1e-5)
    assert table.loc["linear", "parameters"] == 6
    np.testing.assert_array_equal(linear.get_weights()[0], kernel)


def test_a_vanished_gradient_is_small_and_not_zero():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="zeros")])
    model.compile("sgd", "mse")
    x, y = np.array([[1.0]], np.float32), np.array([[5e-31]], np.float32)
    # the gradient of (w x − y)² at w = 0 is −2 x y; its square is not a float32 number
    assert probes.gradient_norms(model, x, y)["norm"].item() == pytest.approx(1e-30, rel=1e-6)


def test_gradient_norms_name_the_layers_with_trainable_kernels(model, batch):
    assert list(probes.gradient_norms(model, *batch).index) == ["first", "second", "last"]
    model.get_layer("second").trainable = False
    try:
        assert list(probes.gradient_norms(model, *batch).index) == ["first", "last"]
    finally:
        model.get_layer("second").trainable = True


def test_a_model_that_is_not_ready_is_refused_with_what_to_do(batch):
    x, y = batch
    unbuilt = keras.Sequential([keras.layers.Dense(4)])
    for probe in (probes.layer_outputs, probes.layer_statistics):
        with pytest.raises(ValueError, match=r"begin it with keras\.Input"):
            probe(unbuilt, x)
    with pytest.raises(ValueError, match="compile it first"):
        probes.gradient_norms(keras.Sequential([keras.Input((6,)), keras.layers.Dense(4)]), x, y)


def test_the_gradient_of_a_parabola_changes_as_its_slope_does():
    # loss θ², gradient 2θ: at θ − 2ηθ the gradient has changed by −4ηθ, by the share 2η of its length
    parabola = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    parabola.compile("sgd", "mse")
    parabola.set_weights([np.array([[3.0]], np.float32)])
    x, y = np.ones((4, 1), np.float32), np.zeros((4, 1), np.float32)
    walk = probes.along_gradient(parabola, x, y, (0.1, 0.25, 1.0))
    assert list(walk.index) == [0.1, 0.25, 1.0]
    np.testing.assert_allclose(walk["loss"], [(3 * (1 - 2 * step)) ** 2 for step in walk.index], rtol=1e-5)
    np.testing.assert_allclose(walk["gradient_change"], 2 * np.array(walk.index), rtol=1e-5)


def test_a_walk_along_the_gradient_leaves_the_model_as_it_was(batch):
    x, y = batch
    normalised = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(5),
            keras.layers.BatchNormalization(),
            keras.layers.Dense(4, activation="softmax"),
        ]
    )
    normalised.compile("sgd", "sparse_categorical_crossentropy")
    before = normalised.get_weights()
    walk = probes.along_gradient(normalised, x, y, (0.5,))
    assert np.isfinite(walk.to_numpy()).all()
    for kept, after in zip(before, normalised.get_weights(), strict=True):
        np.testing.assert_array_equal(after, kept)


def test_a_walk_needs_a_loss(batch):
    x, y = batch
    bare = keras.Sequential([keras.Input((6,)), keras.layers.Dense(4)])
    with pytest.raises(ValueError, match="compile it first"):
        probes.along_gradient(bare, x, y, (0.1,))
