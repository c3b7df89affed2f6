"""Other backends of Keras: the page says what was measured, and what needs TensorFlow says so."""

import importlib.util
import os
import subprocess
from pathlib import Path

import keras
import numpy as np
import pytest

from course_utils import probes

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
NORMS = """
import sys
import keras
import numpy as np
from course_utils import probes
assert "tensorflow" not in sys.modules
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, "tanh"), keras.layers.Dense(2)])
model.set_weights([np.linspace(-1, 1, weight.size).reshape(weight.shape) for weight in model.get_weights()])
model.compile("sgd", "mse")
norms = probes.gradient_norms(model, np.eye(3, dtype="float32"), np.ones((3, 2), dtype="float32"))
print(*norms["norm"])
"""


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


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_gradients_are_those_of_tensorflow(backend):
    python = ROOT / "build" / "backends" / backend / "bin" / "python"
    if not (python.parents[1] / "installed").exists():
        pytest.skip(f"no environment for {backend}: `make backends` makes it")
    environment = os.environ | {"KERAS_BACKEND": backend, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run([python, "-c", NORMS], env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, "tanh"), keras.layers.Dense(2)])
    model.set_weights(
        [np.linspace(-1, 1, weight.size).reshape(weight.shape) for weight in model.get_weights()]
    )
    model.compile("sgd", "mse")
    norms = probes.gradient_norms(model, np.eye(3, dtype="float32"), np.ones((3, 2), dtype="float32"))
    np.testing.assert_allclose([float(norm) for norm in ran.stdout.split()], norms["norm"], rtol=1e-5)
