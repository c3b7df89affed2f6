"""TensorBoard shows what `course_utils.runs` has logged."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from command_line import environment
from playwright.sync_api import Page, expect
from servers import Server, free_port

from course_utils.runs import Run

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def tensorboard(chromium, tmp_path) -> Iterator[Server]:
    """TensorBoard as the notebooks start it, on the runs of two small networks."""
    import keras
    import numpy as np

    rng = np.random.default_rng(42)
    x, y = rng.normal(size=(64, 4)), rng.integers(0, 3, size=64)
    for name, learning_rate in (("baseline", 1e-3), ("fast", 1e-1)):
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
        model.compile(keras.optimizers.SGD(learning_rate=learning_rate), "sparse_categorical_crossentropy")
        run = Run(name, root=tmp_path / "runs", config={"learning_rate": learning_rate})
        history = model.fit(x, y, epochs=5, validation_split=0.25, verbose=0, callbacks=run.callbacks())
        run.finish(history)
    home = tmp_path / "home"
    home.mkdir()
    command = [
        str(Path(sys.executable).parent / "tensorboard"), "--logdir", "runs",
        "--host", "127.0.0.1", "--port", str(free_port()),
    ]  # fmt: skip
    server = Server(command, tmp_path, environment(HOME=str(home)), r"TensorBoard .* at (http://\S+?)/? ")
    yield server
    server.end()


def test_runs_and_their_curves_are_shown(tensorboard: Server, page: Page, shot: Callable):
    page.goto(f"{tensorboard.url}/#scalars")
    for name in ("baseline/001/train", "baseline/001/validation", "fast/001/train", "fast/001/validation"):
        expect(page.get_by_text(name, exact=True)).to_be_visible()
    loss = page.locator("tf-scalar-card", has_text="tag: epoch_loss")
    expect(loss.locator("path.line")).to_have_count(2 * 4)  # each run as it is and smoothed
    shot("tensorboard")
