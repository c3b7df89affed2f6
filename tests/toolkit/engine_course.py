"""A small practical with NumPy and Keras, its honest answers, and its grading by the isolated engine."""

# ruff: noqa: E501 (students' cells as text)
import copy

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.utils import determine_grade
from nbgrader_cells import settings

from autograder.engine import split
from autograder.engine.limits import Limits
from autograder.engine.ownership import stored_names
from autograder.engine.rebuild import STUDENT_CELL
from autograder.practical.cells import grade_id, is_test, name_of

SCALE = "def scale(x):\n    return (x - x.mean(axis=0)) / x.std(axis=0)"
SCALE_TEST = """with expect.exercise("Scale the inputs", points=3) as exercise:
    with exercise.part("mean 0", points=1):
        expect.close(scale(draw(40)).mean(axis=0), np.zeros(FEATURES), "the mean of each feature", atol=1e-6)
    with exercise.part("standard deviation 1", points=2):
        expect.close(scale(draw(40) * 3).std(axis=0), np.ones(FEATURES), "the standard deviation of each feature")
exercise.score"""
BUILD = """def build(units):
    model = keras.Sequential([keras.Input((FEATURES,)), keras.layers.Dense(units, activation="relu"),
                              keras.layers.Dense(2, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model"""
BUILD_TEST = """with expect.exercise("Build the model", points=4) as exercise:
    with exercise.part("parameters", points=2):
        expect.equal(build(7).count_params(), FEATURES * 7 + 7 + 7 * 2 + 2, "the number of parameters")
    with exercise.part("probabilities", points=2):
        probabilities = build(3).predict(draw(5), verbose=0)
        expect.shape(probabilities, (5, 2), "the shape of the predictions")
        expect.close(probabilities.sum(axis=1), np.ones(5), "the sums of the probabilities", atol=1e-5)
exercise.score"""
# few and large steps: this is trained for each submission that a test grades
TRAIN = """keras.utils.set_random_seed(1)
model = build(16)
model.optimizer.learning_rate = 0.05
history = model.fit(scale(x_train), y_train, epochs=3, verbose=0)"""
TRAIN_TEST = """with expect.exercise("Train it", points=3) as exercise:
    with exercise.part("accuracy on new data", points=3):
        x, y = sample(500)
        accuracy = np.mean(model.predict(scale(x), verbose=0).argmax(axis=1) == y)
        expect.at_least(accuracy, 0.8, "the accuracy")
exercise.score"""
ANSWER = "parameters = 16 * (4 + 1) + 2 * (16 + 1)"
ANSWER_TEST = "assert parameters == 114"
GIVEN = """import keras
import numpy as np

from course_utils import expect

FEATURES = 4
def sample(n):
    x = np.random.default_rng().normal(size=(n, FEATURES))
    return x, (x.sum(axis=1) > 0).astype("int64")
def draw(n):
    return sample(n)[0]
x_train, y_train = sample(400)"""
HONEST = {"scale": SCALE, "build": BUILD, "train": TRAIN, "count": ANSWER}
POINTS = {"scale-test": 3.0, "build-test": 4.0, "train-test": 3.0, "count-test": 2.0}
STUB = 'raise NotImplementedError("Exercise not answered yet: replace this line with your answer")'
REFERENCES = {name: stored_names(source) for name, source in HONEST.items()}


def cell(source: str, name: str | None = None, points: float | None = None, tags: tuple = ()) -> NotebookNode:
    metadata: dict[str, object] = {"tags": list(tags)}
    if name:
        metadata["nbgrader"] = settings("exercise" if points is None else "test", name, points)
    return new_code_cell(source, metadata=metadata)


def submission(answers: dict[str, str], extra: str | None = None) -> NotebookNode:
    """A rebuilt submission; `extra` is a cell of the student's own, before the answers."""
    parts = [cell(GIVEN)]
    if extra is not None:
        parts.append(new_code_cell(extra, metadata={"practicals": {STUDENT_CELL: True}}))
    tests = {"scale": SCALE_TEST, "build": BUILD_TEST, "train": TRAIN_TEST, "count": ANSWER_TEST}
    for name, test in tests.items():
        parts += [cell(answers.get(name, STUB), name), cell(test, f"{name}-test", POINTS[f"{name}-test"])]
    parts.append(cell("raise RuntimeError('experiments do not run')", tags=("experiment",)))
    return new_notebook(cells=parts)


def scores(notebook: NotebookNode) -> dict[str, float]:
    return {name_of(one): determine_grade(one)[0] for one in notebook.cells if is_test(one)}


def graded(
    answers: dict[str, str],
    workdir,
    extra: str | None = None,
    limits: Limits | None = None,
    plain: bool = False,
) -> NotebookNode:
    """A submission executed by the isolated engine (or, `plain`, by the other one)."""
    notebook = submission(answers, extra)
    limits = limits or Limits(cell_seconds=20, notebook_seconds=120)
    if plain:
        return split.execute_in_one_kernel(notebook, limits, workdir)
    files = {path.name: path.read_bytes() for path in workdir.iterdir()}
    return split.execute_notebook(notebook, limits, files, references=REFERENCES)


def shown(notebook: NotebookNode) -> str:
    """All outputs as text."""
    return nbformat.writes(new_notebook(cells=copy.deepcopy(notebook.cells)))


def feedback(notebook: NotebookNode, name: str) -> str:
    """What a test cell shows and raised, as plain text."""
    outputs = next(one for one in notebook.cells if grade_id(one) == name).outputs
    return "\n".join(
        one.get("text") or one.get("evalue") or one.get("data", {}).get("text/plain", "") for one in outputs
    )
