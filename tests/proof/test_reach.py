"""A figure depends on the cells that can change it: no change that matters is missed, others do not count."""

import json
import random
from types import SimpleNamespace

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.proof.figures import stale
from autograder.proof.recording import FigureCode

IMPORTS = """
import os
import random
import warnings

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from course_utils import data, runs, training
"""
DATA = "x = np.arange(5.0)\nparts = {'a': [1]}\nrows = [[1], [2]]"


def code_of(cells: list[str], budget: str = "quick") -> FigureCode:
    return FigureCode(new_notebook(cells=[new_code_cell(cell) for cell in cells]), budget)


def measured(cells: list[str], *figures: str, budget: str = "quick") -> dict:
    code = code_of(cells, budget)
    return {"cells": code.cells, "figures": {name: {"code": code.digest(name)} for name in figures}}


def stale_figures(before: list[str], after: list[str], *figures: str) -> set[str]:
    """The figures, of those recorded before, that a change of the notebook makes stale."""
    kept, code = measured(before, *figures), code_of(after)
    return {name for name in figures if kept["figures"][name]["code"] != code.digest(name)}


# --- what does not count

TWO = [
    IMPORTS,
    DATA,
    "def double(v):\n    return 2 * v",
    "def mean_of_doubled(v):\n    return np.mean(double(v))",
    "runs.record('doubled', mean_of_doubled(x))",
    "def halved(v):\n    return np.mean(v / 2)",
    "runs.record('halved', halved(x))",
]
EXERCISE = 'def top_k(p, k):\n    """Of the k largest."""\n    p[0] = np.random.normal()\n    return p.fit(k)'


@pytest.mark.parametrize("place", range(1, len(TWO) + 1))
def test_an_exercise_that_no_figure_uses_leaves_all_figures_valid(place):
    assert stale_figures(TWO, [*TWO[:place], EXERCISE, *TWO[place:]], "doubled", "halved") == set()


def test_a_helper_two_steps_away_makes_just_the_figures_stale_that_reach_it():
    def changed(number, source):
        return [*TWO[:number], source, *TWO[number + 1 :]]

    assert stale_figures(TWO, changed(2, "def double(v):\n    return 3 * v"), "doubled", "halved") == {
        "doubled"
    }
    assert stale_figures(TWO, changed(5, "def halved(v):\n    return 0"), "doubled", "halved") == {"halved"}
    assert stale_figures(TWO, changed(1, DATA.replace("5.0", "6.0")), "doubled", "halved") == {
        "doubled",
        "halved",
    }


@pytest.mark.parametrize(
    "cell",
    [
        "print(x.mean(), len(parts), f'{x[0]}')",
        "figure, axis = plt.subplots()\naxis.plot(x, x ** 2)\naxis.set(xlabel='x')",
        "y = x + 1\ny[0] = 3",
        "y = x.copy() * 2\ny += 1",
        "table = pd.Series(x).describe()",
        "rng = np.random.default_rng(3)\nz = rng.normal(size=3)",
        "largest = max(len(one) for one in parts.values())",
        "runs.record('another', x.sum())",
        "# only words",
        "for i in range(3):\n    print(i * x[i])",
    ],
)
def test_cells_that_only_read_do_not_count(cell):
    before = [IMPORTS, DATA, "runs.record('f', x.mean() + sum(parts['a']))"]
    assert stale_figures(before, [*before[:2], cell, before[2]], "f") == set()


def test_comments_words_docstrings_layout_and_tests_do_not_count():
    test = new_code_cell("assert x.sum() == 10", metadata={"nbgrader": {"grade": True, "solution": False}})
    before = new_notebook(
        cells=[new_code_cell(cell) for cell in [IMPORTS, 'def f():\n    """A."""\n    return 1']]
    )
    after = new_notebook(
        cells=[
            new_markdown_cell("# Words"),
            new_code_cell(IMPORTS + "# a comment\n"),
            test,
            new_code_cell('def f( ):\n    """B."""\n\n    return (1)'),
        ]
    )
    assert FigureCode(before, "quick").cells == FigureCode(after, "quick").cells


def test_a_budget_counts_only_what_it_gives():
    cells = [IMPORTS, "epochs = training.budget(full=5, quick=2)", "runs.record('f', epochs)"]
    changed = [cells[0], cells[1].replace("quick=2", "quick=1"), cells[2]]
    assert code_of(cells, "full").cells == code_of(changed, "full").cells
    assert stale(code_of(changed, "full"), measured(cells, "f", budget="full")) == []
    assert stale(code_of(changed), measured(cells, "f")) == [
        "figure `f`: cell 2 was changed since the quick budget was measured"
    ]


def test_whether_a_figure_is_printed_does_not_count():
    before = [IMPORTS, DATA, "runs.record('f', x.mean())"]
    after = [*before[:2], "runs.record('f', x.mean(), show=False)"]
    assert code_of(before).cells == code_of(after).cells
    assert stale_figures(before, [*before[:2], "runs.record('f', x.mean() + 1, show=False)"], "f") == {"f"}


# --- what counts

SPOILERS = {
    "an item": "x[0] = 1",
    "a slice of another name": "y = x[1:]\ny[:] = 0",
    "an attribute": "parts.more = 1",
    "in-place arithmetic": "x += 1",
    "deletion": "del parts['a']",
    "a method": "x.sort()",
    "a method that nobody knows": "x.spoil()",
    "a function of NumPy": "np.copyto(x, 0)",
    "out=": "np.add(x, 1, out=x)",
    "a shuffle": "np.random.default_rng(0).shuffle(x)",
    "a function": "def spoil(v):\n    v[0] = 1\nspoil(x)",
    "a function of a function": "def a(v):\n    v.append(1)\ndef b(v):\n    a(v['a'])\nb(parts)",
    "a function that gets a function": "def spoil(v):\n    v[0] = 1\nlist(map(spoil, [x]))",
    "a lambda": "spoil = lambda v: v.sort()\nspoil(x)",
    "a function that returns it": "def same(v):\n    return v\nsame(x)[0] = 1",
    "a global name": "def spoil():\n    global x\n    x = 1\nspoil()",
    "a name that a function looks up": "def spoil():\n    x[0] = 1\nspoil()",
    "a class": "class A:\n    def __init__(self, v):\n        v[0] = 1\nA(x)",
    "a method of a class": "class A:\n    def go(self, v):\n        v[0] = 1\nA().go(x)",
    "a loop": "for one in rows:\n    one.append(1)",
    "a comprehension": "[one.append(1) for one in rows]",
    "another container": "box = [x]\nbox[0][0] = 1",
    "a container filled later": "box = []\nbox.append(x)\nbox[0][0] = 1",
    "unpacking": "y, z = x, 1\ny[0] = 2",
    "a walrus": "(y := x)[0] = 1",
    "a view of NumPy": "y = np.reshape(x, (5, 1))\ny[:] = 0",
    "a name of its own": "x = np.ones(3)",
    "exec": "exec('x = 3')",
    "globals": "globals()['x'] = 3",
    "setattr": "setattr(np, 'mean', sum)",
    "a library": "np.mean = sum",
    "a library, through a name": "module = np\nmodule.mean = sum",
    "a star": "from spoilers import *",
    "a magic": "%run spoil.py",
    "the shell": "!true",
    "the environment": "os.environ['COURSE_SEED'] = '3'",
    "a setting of a library": "keras.config.set_floatx('float16')",
    "a setter of a library": "keras.utils.set_something(1)",
    "an iterator": "it = iter(rows)\nnext(it).append(1)",
    "a condition": "if len(x):\n    x = np.ones(3)",
    "a context": "with warnings.catch_warnings() as x:\n    pass",
}
USES = "runs.record('f', np.mean(x) + sum(parts['a']) + sum(map(sum, rows)))"


@pytest.mark.parametrize("case", SPOILERS)
def test_whatever_may_change_what_a_figure_uses_counts(case):
    before = [IMPORTS, DATA, USES]
    assert stale_figures(before, [IMPORTS, DATA, SPOILERS[case], USES], "f") == {"f"}


@pytest.mark.parametrize("case", ["an item", "a method", "a function", "a class", "a loop"])
def test_a_change_through_a_name_that_another_cell_gave_counts(case):
    """Aliases live in one cell, the change in the next, and what is changed in a third."""
    given = [IMPORTS, DATA, "y = x\nbox = parts\nlines = rows"]
    spoiler = SPOILERS[case].replace("x", "y").replace("rows", "lines")
    assert stale_figures([*given, USES], [*given, spoiler, USES], "f") == {"f"}


DRAWS = {
    "NumPy": "np.random.normal()",
    "Python": "random.random()",
    "a seed": "np.random.seed(3)",
    "a layer": "keras.layers.Dense(3).build((1, 2))",
    "training": "model.fit(u, v)",
    "a call that nobody knows": "somehow()",
    "in a function": "def draw():\n    return random.random()\ndraw()",
    "in a function that is handed on": "def draw(_):\n    return random.random()\nlist(map(draw, [1]))",
    "in a class": "class Layer:\n    def call(self):\n        return random.random()\nLayer().call()",
    "in a loop": "for _ in range(3):\n    random.random()",
}
NEEDED = "model, u, v, somehow = data.load('all')"
NOISY = "runs.record('f', np.random.normal())"


@pytest.mark.parametrize("case", DRAWS)
def test_draws_from_global_generators_count_for_what_draws_after_them(case):
    before = [IMPORTS, NEEDED, NOISY, "runs.record('exact', 3)"]
    after = [*before[:2], DRAWS[case], *before[2:]]
    assert stale_figures(before, after, "f", "exact") == {"f"}
    assert stale_figures(before, [*before, DRAWS[case]], "f", "exact") == set()


@pytest.mark.parametrize("seed", ["training.set_seed()", "keras.utils.set_random_seed(training.base_seed())"])
@pytest.mark.parametrize("case", DRAWS)
def test_draws_before_a_seed_was_set_do_not_count(case, seed):
    for noisy in (
        [seed, NOISY],
        [f"{seed}\n{NOISY}"],
        [f"def fresh():\n    {seed}\n    return np.random.normal()", "runs.record('f', fresh())"],
        [f"for name in 'f':\n    {seed}\n    runs.record('f', random.random())"],
    ):
        before = [IMPORTS, NEEDED, *noisy]
        assert stale_figures(before, [IMPORTS, NEEDED, DRAWS[case], *noisy], "f") == set()


def test_a_seed_that_may_not_be_set_resets_nothing():
    maybe = "if os.path.exists('x'):\n    training.set_seed()"
    before = [IMPORTS, maybe, NOISY]
    assert stale_figures(before, [IMPORTS, "random.random()", maybe, NOISY], "f") == {"f"}


def test_files_that_one_cell_writes_and_another_reads_count():
    before = [IMPORTS, "runs.record('f', len(open('notes').read()))"]
    assert stale_figures(before, [before[0], "open('notes', 'w').write('x')", before[1]], "f") == {"f"}


def test_a_cell_that_is_gone_or_at_another_place_counts():
    cells = [IMPORTS, DATA, "x[0] = 1", "x *= 2", "runs.record('f', x.sum())"]
    assert stale_figures(cells, [*cells[:2], *cells[3:]], "f") == {"f"}
    assert stale_figures(cells, [*cells[:2], cells[3], cells[2], cells[4]], "f") == {"f"}
    (sentence,) = stale(code_of([*cells[:2], *cells[3:]]), measured(cells, "f"))
    assert "a cell that it depends on was removed or moved" in sentence


# --- which cell records which figure


def test_names_made_of_parts_are_told_apart_by_their_fixed_parts():
    cells = [
        IMPORTS,
        "for name in 'ab':\n    runs.record(f'loss_{name}', 1)",
        "runs.record('accuracy', 1)",
        "def note(what):\n    runs.record(f'{what}_seconds', 2)",
        "note('first')",
    ]
    figures = ("loss_a", "accuracy", "first_seconds")
    for number, name in ((1, "loss_a"), (2, "accuracy"), (3, "first_seconds")):
        changed = [*cells[:number], cells[number] + "\nprint(1)", *cells[number + 1 :]]
        assert stale_figures(cells, changed, *figures) == {name}


def test_a_name_that_cannot_be_told_may_be_any():
    cells = [IMPORTS, "runs.record(input(), 1)", "runs.record('f', 1)"]
    assert stale_figures(cells, [cells[0], cells[1] + "\nprint(2)", cells[2]], "f") == {"f"}


@pytest.mark.parametrize(
    "how", ["note = runs.record", "getattr(runs, 'record')", "file = os.environ['COURSE_RECORD']"]
)
def test_figures_recorded_in_an_unusual_way_depend_on_everything(how):
    cells = [IMPORTS, how, "runs.record('f', 1)"]
    assert stale_figures(cells, [*cells, "print(1)"], "f") == {"f"}


def test_a_figure_that_no_cell_can_have_recorded_depends_on_everything():
    assert stale_figures(TWO, [*TWO, "print(1)"], "doubled", "unheard_of") == {"unheard_of"}


def test_figures_that_a_new_cell_records_are_missing():
    cells = [*TWO, "runs.record('third', 3)"]
    assert stale(code_of(cells), measured(TWO, "doubled", "halved")) == [
        "what cell 8 records was not measured at the quick budget"
    ]


def test_stale_figures_are_named_with_the_cells_that_changed():
    changed = [*TWO[:2], "def double(v):\n    return 3 * v", *TWO[3:]]
    assert stale(code_of(changed), measured(TWO, "doubled", "halved")) == [
        "figure `doubled`: cell 3 was changed since the quick budget was measured"
    ]


def test_a_function_that_has_only_a_docstring_is_code_too():
    cells = [IMPORTS, 'def f(v):\n    """Nothing."""', "runs.record('f', f(3))"]
    assert stale_figures(cells, [cells[0], "def f(v):\n    return v", cells[2]], "f") == {"f"}


def test_digests_are_the_same_for_every_python():
    assert code_of(["x = 1", "def f(a, b=2):\n    return f'{a:.2f}'"]).cells == [
        "51f31a24b72f1856",
        "beae970589b209e5",
    ]


# --- notebooks made at random: what a run shows to depend on a change is told to depend on it

MAKES = [
    "{a} = [{k}, {j}]",
    "{a} = {b}",
    "{a} = {b}[:]",
    "{a} = [{b}, {c}]",
    "{a} = {b} + [{k}]",
    "def {f}(v):\n    v.append({k})",
    "def {f}(v):\n    return v",
    "def {f}(v):\n    return {g}(v)",
    "def {f}(v):\n    {b}.append({k})\n    return {c}",
    "def {f}(v):\n    v.append(random.random())",
    "def {f}(v):\n    training.set_seed({k})\n    return [random.random()]",
    "def {f}(v):\n    global {a}\n    {a} = v",
]
DOES = [
    "{a}.append({k})",
    "{a}[0] = {k}",
    "{a}[0] = {b}",
    "{a} += [{k}]",
    "{f}({a})",
    "{a} = {f}({b}) or [0]",
    "for one in [{a}, {b}]:\n    one.append({k})",
    "{a} = [one for one in {b}]",
    "if len({a}) > {j}:\n    {b} = [{k}]",
    "random.random()",
    "{a}.append(random.random())",
    "training.set_seed({k})",
    "{a}, {b} = {b}, {a}",
    "map_of = {{'key': {a}}}\nmap_of['key'].append({k})",
    "list(map({f}, [{a}]))",
]


def some_cell(rng: random.Random, templates: list[str]) -> str:
    names = {"a": "abc", "b": "abc", "c": "abc", "f": "fg", "g": "fg"}
    chosen = {key: rng.choice(options) for key, options in names.items()}
    return rng.choice(templates).format(**chosen, k=rng.randrange(9), j=rng.randrange(4))


def some_cells(rng: random.Random) -> list[str]:
    first = ["import random", "a, b, c = [1], [2], [3]", "def f(v):\n    return v\ndef g(v):\n    return v"]
    cells = [some_cell(rng, MAKES + DOES + DOES) for _ in range(7)]
    for number in range(3):
        value = rng.choice(["repr(a)", "repr([b, c])", "random.random()", "repr(f(a))"])
        cells.insert(rng.randrange(2, len(cells) + 1), f"runs.record('figure_{number}', {value})")
    return ["from course_utils import runs, training", *first, *cells]


def figures_of(cells: list[str]) -> dict[str, object]:
    """What running the cells records; a run that fails records nothing."""
    kept: dict[str, object] = {}
    names = {
        "runs": SimpleNamespace(record=kept.__setitem__),
        "training": SimpleNamespace(set_seed=random.seed),
    }
    random.seed(0)
    try:
        for cell in cells[1:]:
            exec(cell, names)
    except (NameError, TypeError, ValueError, RecursionError, IndexError, AttributeError):
        return {}
    return kept


def test_no_change_that_a_run_shows_is_missed():
    changes = 0
    for number in range(400):
        rng = random.Random(number)
        before = some_cells(rng)
        after = list(before)
        place = rng.randrange(3, len(before) + 1)
        if rng.random() < 0.5:
            after.insert(place, some_cell(rng, MAKES + DOES))
        elif "record" not in after[place - 1]:
            after[place - 1] = some_cell(rng, MAKES + DOES)
        values, new_values = figures_of(before), figures_of(after)
        differ = {name for name in values if name in new_values and values[name] != new_values[name]}
        changes += len(differ)
        missed = differ - stale_figures(before, after, *values)
        assert not missed, json.dumps(
            {"seed": number, "missed": sorted(missed), "from": before, "to": after}, indent=1
        )
    assert changes > 50  # else the notebooks would say nothing
