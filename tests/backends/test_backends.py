"""Other backends of Keras: the page says what was measured, and what needs TensorFlow says so."""

import importlib.util
from pathlib import Path

import keras
import pytest

from course_utils import together

HERE = Path(__file__).parent


def script(name):
    specification = importlib.util.spec_from_file_location(f"backends_{name}", HERE / f"{name}.py")
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_the_page_has_the_table_of_what_was_measured():
    run = script("run")
    assert run.PAGE.read_text("utf-8") == run.page_with_table(), "python tests/backends/run.py --table"


def test_an_environment_without_tensorflow_has_all_else_that_is_locked_for_running():
    environment = script("environment")
    lock = environment.LOCK.read_text("utf-8")
    kept = {environment.name_of(entry) for entry in environment.without_tensorflow(lock)}
    # wrapt, for one, is there for TensorFlow alone; TensorBoard is a package of ours too
    assert not kept & {"tensorflow", "tensorflow-cpu", "libclang", "wrapt"}
    assert {"keras", "h5py", "numpy", "tensorboard", "ipykernel", "nbgrader", "pytest"} <= kept


def test_training_together_says_that_it_needs_tensorflow(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(RuntimeError, match=r"needs TensorFlow: .* Keras runs on jax here"):
        together.fit([], [], [])
