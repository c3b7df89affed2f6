"""Budgets, seeds and the progress line follow their settings."""

import numpy as np
import pytest

from course_utils import training


@pytest.mark.parametrize(("setting", "value"), [(None, 10), ("", 10), ("full", 10), ("quick", 2)])
def test_a_budget_picks_by_the_setting(setting, value, monkeypatch):
    monkeypatch.delenv("COURSE_BUDGET", raising=False)
    if setting is not None:
        monkeypatch.setenv("COURSE_BUDGET", setting)
    assert training.budget(full=10, quick=2) == value
    assert training.describe_budget().lower().startswith(f"{training.budget_name()} budget")


def test_an_unknown_budget_is_refused_with_the_known_ones(monkeypatch):
    monkeypatch.setenv("COURSE_BUDGET", "fast")
    for function in (
        training.budget_name,
        training.describe_budget,
        lambda: training.budget(full=1, quick=2),
    ):
        with pytest.raises(ValueError, match="'fast'; it may be 'full' or 'quick'"):
            function()


def test_seeds_count_up_from_the_base_seed(monkeypatch):
    monkeypatch.delenv("COURSE_SEED", raising=False)
    assert training.seeds(3) == [42, 43, 44]
    monkeypatch.setenv("COURSE_SEED", "7")
    assert training.seeds(2) == [7, 8]
    assert training.base_seed() == 7


def test_with_a_seed_fit_repeats_the_minibatches_of_its_first_epoch():
    # not a promise of ours: what `set_seed` and P06 say of Keras, true as long as this passes
    pytest.importorskip("tensorflow")  # on other backends each epoch shuffles anew
    import keras

    seen = []

    class Watched(keras.Model):
        def train_step(self, data):
            seen.extend(data[0].numpy().ravel())
            return super().train_step(data)

    numbers = np.arange(12.0)[:, None]
    inputs = keras.Input((1,))
    model = Watched(inputs, keras.layers.Dense(1)(inputs))
    model.compile(optimizer="sgd", loss="mse", run_eagerly=True)
    training.set_seed()
    model.fit(numbers, numbers, batch_size=4, epochs=2, verbose=0)
    first, second = seen[:12], seen[12:]
    assert sorted(first) == list(range(12)) != first
    assert second == first


@pytest.mark.parametrize("setting", ["-1", "1.5", "seven", str(2**32)])
def test_a_seed_that_is_none_is_refused(setting, monkeypatch):
    monkeypatch.setenv("COURSE_SEED", setting)
    with pytest.raises(ValueError, match="COURSE_SEED"):
        training.base_seed()


def test_set_seed_repeats_the_same_training(monkeypatch):
    monkeypatch.setenv("COURSE_SEED", "5")

    def weights(seed=None):
        training.set_seed(seed)
        return fit()[0].get_weights()[0]

    first, again, other = weights(), weights(), weights(6)
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(other, weights(6))
    assert not np.array_equal(first, other)


def fit(**arguments):
    import keras

    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    inputs = np.arange(256, dtype=np.float32).reshape(64, 4) / 256
    history = model.fit(inputs, np.arange(64) % 3, verbose=0, **arguments)
    return model, history


def test_progress_leaves_one_line_with_epochs_seconds_and_metrics(capsys):
    _, history = fit(epochs=3, validation_split=0.25, callbacks=[training.Progress()])
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert out.startswith("3 epochs, ")
    for name, values in history.history.items():
        assert f"{name} {values[-1]:.4g}" in out


def test_progress_counts_the_epochs_that_ran(capsys):
    fit(epochs=5, initial_epoch=4, callbacks=[training.Progress()])
    assert capsys.readouterr().out.startswith("1 epoch, ")


def test_progress_stores_one_output_in_a_notebook():
    from nbclient import NotebookClient
    from nbformat.v4 import new_code_cell, new_notebook

    # the callback as `model.fit` calls it, without the seconds that importing TensorFlow takes
    source = """
import sys, types
keras = types.ModuleType("keras")
keras.callbacks = types.SimpleNamespace(Callback=object)
sys.modules["keras"] = keras
from course_utils.training import Progress
progress = Progress()
progress.params = {"epochs": 50}
progress.on_train_begin()
for epoch in range(50):
    progress.on_epoch_end(epoch, {"loss": 1 / (epoch + 1)})
progress.on_train_end()
"""
    notebook = new_notebook(cells=[new_code_cell(source)])
    NotebookClient(notebook, kernel_name="python3").execute()
    (output,) = notebook.cells[0].outputs
    assert output.data["text/plain"].startswith("50 epochs, ")
    assert output.data["text/plain"].endswith("loss 0.02")
