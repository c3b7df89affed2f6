"""The benchmark compares what P01 teaches with plain `fit`, and refuses to compare different results."""

from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from autograder.bench import fit as bench
from autograder.cli import app
from autograder.errors import PracticalsError

ROOT = Path(__file__).parents[2]
METADATA = '{{"grade": false, "grade_id": "{}", "locked": false, "schema_version": 3, "solution": true}}'
CELL = "# %% nbgrader=" + METADATA + "\n{}\n"
BUILD = """
def build_mlp(layer_sizes):
    model = keras.Sequential([keras.Input((layer_sizes[0],))])
    for units in layer_sizes[1:-1]:
        model.add(keras.layers.Dense(units, activation="relu"))
    model.add(keras.layers.Dense(layer_sizes[-1], activation="softmax"))
    return model
"""
COMPILE = """
def compile_mlp(model, learning_rate):
    optimizer = keras.optimizers.SGD(learning_rate=learning_rate {})
    loss = "sparse_categorical_crossentropy"
    model.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"], steps_per_execution=100)
"""


def course(folder, *cells):
    text = folder / "source" / bench.PRACTICAL / f"{bench.PRACTICAL}.py"
    text.parent.mkdir(parents=True)
    text.write_text("\n".join(CELL.format(name, source) for name, source in cells), encoding="utf-8")
    return folder


def run(root, images):
    console = Console(record=True, width=120)
    return bench.bench_fit(root, 2, console, images=images), console.export_text()


def test_what_p01_teaches_gives_the_result_of_plain_fit():
    recipes, shown = run(
        ROOT, images=6_432
    )  # 201 minibatches: a whole number of hundreds would hide the rest
    assert (recipes[0].name, recipes[-1].name) == ("plain fit", "fit as taught")
    for recipe in recipes:
        assert len(recipe.seconds) == 2
        assert recipe.difference <= bench.TOLERANCE
        assert f"{recipe.median:.2f} s" in shown


def test_another_result_is_refused(tmp_path):
    root = course(tmp_path, ("build-mlp", BUILD), ("compile", COMPILE.format(", momentum=0.1")))
    with pytest.raises(PracticalsError, match="“fit as taught” gives another result"):
        run(root, images=320)


def test_a_p01_without_the_cells_is_refused(tmp_path):
    with pytest.raises(PracticalsError, match="has no cell compile"):
        run(course(tmp_path, ("build-mlp", BUILD)), images=320)


def test_the_command_is_there():
    result = CliRunner().invoke(app, ["bench", "fit", "--help"])
    assert result.exit_code == 0
    assert "plain `fit`" in result.output
