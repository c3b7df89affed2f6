"""docs/surprises.md: each row names a test that is there, and each test has its row."""

import ast
import re
from pathlib import Path

from checkout import ROOT

HERE = Path(__file__).parent
PAGE = ROOT / "docs" / "surprises.md"
LOCK = ROOT / "requirements.lock"


def rows():
    """The columns of each row of the page's tables; headings and the lines below them are left out."""
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    return [row for row in cells if row[0] != "one would guess" and set(row[0]) != {"-"}]


def names_of_tests():
    trees = [ast.parse(path.read_text("utf-8")) for path in HERE.glob("test_*.py") if path != Path(__file__)]
    functions = [node.name for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)]
    return [name for name in functions if name.startswith("test_")]


def test_each_row_of_the_table_of_surprises_has_five_columns_and_a_test_of_its_own():
    assert all(len(row) == 5 and all(row) for row in rows())
    assert sorted(row[-1] for row in rows()) == sorted(f"`{name}`" for name in names_of_tests())


def test_the_page_names_the_versions_that_are_locked():
    """With new versions, somebody has to look at each row again, what ours do about it included."""
    (general,) = re.findall(r"on the locked versions \((.*?)\)", PAGE.read_text("utf-8"))
    text = "\n".join([general, *(cell for row in rows() for cell in row)])
    named = set(re.findall(r"([A-Za-z]+) (\d+\.\d+\.\d+)", text))
    locked = set(re.findall(r"^([\w-]+)==(\S+)", LOCK.read_text("utf-8"), re.MULTILINE))
    assert {"Keras", "TensorFlow", "jupytext", "nbgrader", "nbval"} <= {name for name, _ in named}
    assert {(name.lower(), version) for name, version in named} <= locked
