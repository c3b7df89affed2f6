"""The table of published figures is what was measured, and measuring goes on where it stopped."""

import dataclasses
import io
import json

import keras
import numpy as np
import pytest
from rich.console import Console

from autograder.bench import reproduce
from autograder.errors import PracticalsError
from course_utils import data

QUIET = Console(file=io.StringIO())


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course with one published figure, whose runs are counted."""
    (tmp_path / "docs").mkdir()
    seen = []

    def run(seed):
        seen.append(seed)
        return 0.9 + seed / 1000

    row = reproduce.Row("p03_initialization", "a setting", "0.942", run, ["a setting"])
    monkeypatch.setattr(reproduce, "rows", lambda: [row])
    return tmp_path, seen


def with_row(monkeypatch, **changes):
    """The published figure of the course, changed."""
    row = dataclasses.replace(reproduce.rows()[0], **changes)
    monkeypatch.setattr(reproduce, "rows", lambda: [row])


def images(n_train):
    """A data set of grey images: the n-th training image has the brightness n, its label is n % 10."""
    brightness = np.arange(n_train) % 256
    x_train = np.broadcast_to(brightness[:, None, None], (n_train, 28, 28)).astype("uint8")
    return data.Dataset(
        "mnist", x_train, (np.arange(n_train) % 10).astype("uint8"), x_train[:7], np.arange(7), (), "a test"
    )


def test_the_page_shows_mean_and_spread_over_the_seeds(course):
    root, seen = course
    page = reproduce.reproduce(root, None, 5, QUIET).read_text()
    assert seen == [42, 43, 44, 45, 46]
    assert "| P03 | a setting | 0.942 | 0.9440 ± 0.0016 | +0.0020 (1.3 sd) | 5 |  |" in page
    assert reproduce.problem(root, 5) is None


def test_finished_runs_are_kept(course):
    root, seen = course
    reproduce.reproduce(root, None, 2, QUIET)
    assert "2 of 5 seeds" in str(reproduce.problem(root, 5))
    reproduce.reproduce(root, ["p03_initialization"], 5, QUIET)
    assert seen == [42, 43, 44, 45, 46]


def test_a_page_that_was_edited_is_refused_and_written_anew(course):
    root, seen = course
    page = reproduce.reproduce(root, None, 2, QUIET)
    page.write_text(page.read_text().replace("0.942", "0.952"))
    assert "docs/reproduction.md is not what the measured figures give" in str(reproduce.problem(root, 2))
    reproduce.reproduce(root, None, 2, QUIET)
    assert reproduce.problem(root, 2) is None
    assert seen == [42, 43]


def test_a_difference_beyond_chance_needs_a_remark(course, monkeypatch):
    root, _ = course
    reproduce.reproduce(root, None, 5, QUIET)
    with_row(monkeypatch, published="0.940")
    assert "is +0.0040 from the published figure, with a standard deviation of 0.0016, and no remark" in str(
        reproduce.problem(root, 5)
    )
    with_row(monkeypatch, published="0.948")
    assert "-0.0040" in str(reproduce.problem(root, 5))
    with_row(monkeypatch, remark="other seeds were tried")
    reproduce.reproduce(root, None, 5, QUIET)
    assert reproduce.problem(root, 5) is None


def test_a_published_figure_that_is_no_number_has_no_difference(course, monkeypatch):
    root, _ = course
    with_row(monkeypatch, published="over 0.9")
    page = reproduce.reproduce(root, None, 5, QUIET).read_text()
    assert "| over 0.9 | 0.9440 ± 0.0016 | – | 5 |" in page
    assert reproduce.problem(root, 5) is None


def test_a_new_remark_reaches_the_page_without_a_new_run(course, monkeypatch):
    root, seen = course
    reproduce.reproduce(root, None, 5, QUIET)
    with_row(monkeypatch, remark="the same setting was published twice")
    assert reproduce.problem(root, 5)
    page = reproduce.reproduce(root, None, 5, QUIET).read_text()
    assert "| the same setting was published twice |" in page
    assert len(seen) == 5


def test_runs_of_a_setting_that_is_gone_are_dropped(course):
    root, _ = course
    (root / "docs" / "reproduction.json").write_text(json.dumps({"p03_initialization old": {"42": 0.5}}))
    reproduce.reproduce(root, None, 1, QUIET)
    assert len(reproduce.read(root)) == 1


def test_damaged_figures_and_unknown_practicals_are_told(course):
    root, _ = course
    with pytest.raises(PracticalsError, match="no published figure belongs to p99_nothing"):
        reproduce.reproduce(root, ["p99_nothing"], 1, QUIET)
    (root / "docs" / "reproduction.json").write_text("{")
    with pytest.raises(PracticalsError, match="is damaged"):
        reproduce.problem(root, 1)


def test_every_row_has_a_name_of_its_own():
    keys = [reproduce.key(row) for row in reproduce.rows()]
    assert len(set(keys)) == len(keys) == 24


def test_the_published_initialisers_draw_hidden_layers_whole_and_no_output_layer():
    *hidden, output = reproduce.network(reproduce.Training(initializer="zeros")).get_weights()[:-1]
    assert [array.shape for array in hidden] == [(784, 50), (50,), (50, 50), (50,), (50, 50), (50,)]
    assert not any(array.any() for array in hidden)
    assert 0.5 < np.std(output) / np.sqrt(2 / 60) < 2  # Glorot's
    drawn = reproduce.network(reproduce.Training(initializer="he_normal")).get_weights()
    assert all(array.any() for array in drawn[:-1])
    assert not drawn[-1].any()
    of_he = reproduce.Training(initializer="he_normal", biases_drawn=False)
    assert not any(array.any() for array in reproduce.network(of_he).get_weights()[1::2])


def test_the_deep_network_has_sixty_layers_of_selu_then_leaky_relu_of_slope_three_tenths():
    deep = reproduce.Training(hidden=((300, "LeakyReLU"), *((100, "selu LeakyReLU"),) * 60))
    model = reproduce.network(deep)
    assert model.count_params() == 862_510
    kinds = [
        layer.activation.__name__ if isinstance(layer, keras.layers.Activation) else type(layer).__name__
        for layer in model.layers
    ]
    assert kinds == ["Dense", "LeakyReLU", *["Dense", "selu", "LeakyReLU"] * 60, "Dense"]
    assert {x.negative_slope for x in model.layers if isinstance(x, keras.layers.LeakyReLU)} == {0.3}


def test_batch_normalisation_stands_before_each_hidden_activation():
    layers = [type(x).__name__ for x in reproduce.network(reproduce.Training(normalised=True)).layers]
    assert layers == ["Dense", "BatchNormalization", "Activation"] * 3 + ["Dense"]


def test_the_last_fifth_of_the_images_is_held_out_where_keras_did_it():
    train, valid, test = reproduce.divided(images(60_000))
    assert [len(x) for x, _ in (train, valid, test)] == [48_000, 12_000, 7]
    assert np.array_equal(valid[0][:, 0], (np.arange(48_000, 60_000) % 256 / 255).astype("float32"))
    assert np.array_equal(valid[1], np.arange(48_000, 60_000) % 10)


def test_standardised_images_know_the_training_images_only():
    train, valid, _ = reproduce.standardised(images(10_000))
    assert [len(train[0]), len(valid[0])] == [5_000, 5_000]
    np.testing.assert_allclose(train[0].mean(axis=0), 0, atol=1e-3)
    np.testing.assert_allclose(train[0].std(axis=0), 1, atol=1e-3)
    brightness = np.arange(5_000, 10_000) % 256 / 255
    np.testing.assert_allclose(valid[0][200], (200 / 255 - brightness.mean()) / brightness.std(), rtol=1e-3)
    assert np.array_equal(valid[1], np.arange(5_000) % 10)
