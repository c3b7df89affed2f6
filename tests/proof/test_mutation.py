"""Mutants: one small change each, in the solution only, none that is the same code."""

import ast
from pathlib import Path

import pytest

from autograder.errors import PracticalsError
from autograder.practical.cells import is_exercise
from autograder.practical.notebooks import read_text
from autograder.proof.equivalents import entry, read_equivalents
from autograder.proof.mutation import REMOVED, mutants

REPOSITORY = Path(__file__).resolve().parents[2]


def changes(source: str) -> set[tuple[str, str]]:
    return {(one.before, one.after) for one in mutants(source)}


def results(expression: str) -> set[str]:
    """What an expression becomes."""
    return {
        after.removeprefix("y = ") for _, after in changes(f"y = {expression}") if after.startswith("y = ")
    }


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("a + b", {"a - b"}),
        ("a / b", {"a * b"}),
        ("a @ b", {"a * b"}),
        ("a < b", {"a <= b", "a > b"}),
        ("a == b", {"a != b"}),
        ("a and b", {"a or b"}),
        ("not a", {"a"}),
        ("-a", {"a"}),
        ("a.T", {"a"}),
        ("a[n:]", {"a[:n]"}),
        ("a[i, j]", {"a[j, i]"}),
        ("3", {"4", "2"}),
        ("0", {"1"}),
        ("0.5", {"1.0"}),
        ("True", {"False"}),
        ("[a, b]", {"[b]", "[a]"}),
        ("{'k': a, 'l': b}", {"{'l': b}", "{'k': a}"}),
        ("f(a)", {"a"}),
        ("a.mean(axis=0)", {"a", "a.mean()", "a.mean(axis=1)"}),
        ("g(units, activation=f)", {"units", "g(units)"}),
        ("keras.Input(shape=s)", {"keras.Input()"}),
        ("a if c else b", {"a if not c else b"}),
        ("[x for x in a if x]", {"[x for x in a if not x]"}),
    ],
)
def test_operators(expression, expected):
    assert results(expression) == expected


def test_statements_are_removed_and_conditions_negated():
    source = "def f(n):\n    if n > 1:\n        n += 2\n    return n"
    found = changes(source)
    assert ("n += 2", REMOVED) in found
    assert ("if n > 1:", REMOVED) in found
    assert ("if n > 1:", "if not n > 1:") in found
    assert ("n += 2", "n -= 2") in found
    assert not any(before.startswith(("return", "def")) and after == REMOVED for before, after in found)


def test_only_the_solution_changes():
    source = (
        "def f(x, scale=2):\n    ### BEGIN SOLUTION\n    return x * scale\n    ### END SOLUTION\n\n\nz = 3"
    )
    assert [(one.line, one.before, one.after) for one in mutants(source)] == [
        (3, "return x * scale", "return x / scale")
    ]


def test_settings_of_a_training_run_keep_their_numbers_but_functions_do_not():
    training = "model = build(300)\nmodel.fit(x, y, epochs=5)"
    assert not any("301" in after or "6" in after for _, after in changes(training))
    assert ("model.fit(x, y, epochs=5)", "model.fit(x, y)") in changes(training)
    assert any("epochs=6" in after for _, after in changes("def f(model):\n    model.fit(x, y, epochs=5)"))


def test_no_mutant_is_the_original_or_another_one():
    # 1 * 1 and 1 / 1 compile to the same number
    for source in ("y = x[0:3] + (1 * 1)", "y = [1, 1]", "y = 0 or 0"):
        found = mutants(source)
        assert len({one.source for one in found}) == len(found)
        assert source not in {one.source for one in found}
        original = compile(source, "", "exec")
        for one in found:
            code = compile(one.source, "", "exec")
            assert (code.co_code, code.co_consts) != (original.co_code, original.co_consts)


def test_every_mutant_of_the_first_practical_is_python_and_has_one_name():
    notebook = read_text(REPOSITORY / "source/p01_mlp_basics/p01_mlp_basics.py")
    for cell in notebook.cells:
        if is_exercise(cell):
            found = mutants(cell.source)
            assert len(found) >= 9
            for one in found:
                ast.parse(one.source)
                assert one.before != one.after
                assert "BEGIN SOLUTION" not in one.before


def test_names_of_mutants_do_not_change_when_other_lines_do():
    source = "def f(x):\n    a = x + 1\n    return a"
    longer = source.replace("    return a", "    b = x * 7\n    return a - b")
    assert {one for one in changes(source) if one[0] == "a = x + 1"} == {
        one for one in changes(longer) if one[0] == "a = x + 1"
    }


def test_a_long_statement_is_shortened_around_the_change():
    source = "y = [" + ", ".join(f"name_{i}" for i in range(20)) + ", a + b, last]"
    ((before, after),) = [(b, a) for b, a in changes(source) if "a - b" in a]
    assert before.startswith("…")
    assert len(before) < 80
    assert before.replace("a + b", "a - b") == after


def test_the_printed_table_reads_back(tmp_path):
    source = 'y = f("say \\"é\\"", \'x\') + 1'
    folder = tmp_path / "source" / "toy" / "bank"
    folder.mkdir(parents=True)
    path = folder / "equivalent_mutants.toml"
    path.write_text(entry("solve", mutants(source)).replace('reason = ""', 'reason = "for once"'))
    found = read_equivalents(tmp_path, "toy")
    assert {(one.before, one.after) for one in found} == changes(source)
    assert {(one.cell, one.reason) for one in found} == {("solve", "for once")}


@pytest.mark.parametrize(
    "text",
    [
        "[[equivalent]]\n",
        '[[equivalent]]\ncell = "a"\nreason = ""\nmutants = []\n',
        '[[equivalent]]\ncell = "a"\nreason = "r"\nmutants = [["only one"]]\n',
        "other = 1\n",
        "equivalent = [",
        '[[equivalent]]\ncell = "a"\nreason = "r"\nmutants = [["b", "c"], ["b", "c"]]\n',
    ],
)
def test_a_list_without_its_form_is_refused(tmp_path, text):
    folder = tmp_path / "source" / "toy" / "bank"
    folder.mkdir(parents=True)
    (folder / "equivalent_mutants.toml").write_text(text)
    with pytest.raises(PracticalsError, match="equivalent_mutants"):
        read_equivalents(tmp_path, "toy")
