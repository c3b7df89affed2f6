"""Which code a grade, a page and an audit depend on: all that it runs, and nothing else."""

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.grading.digests import GRADES
from autograder.practical import digests
from autograder.practical.digests import modules_digest, needed_modules

AUDIT = ("autograder.proof.audit",)
# one module of each package, and what a change of a function in it makes stale
FOR_BOTH = [
    "errors.py", "files.py", "practical/cells.py", "practical/outputs.py", "engine/split.py",
    "engine/ownership.py", "engine/inside/zygote.py", "engine/inside/agent.py", "engine/inside/codec.py",
]  # fmt: skip
FOR_GRADES = [
    "grading/collect.py",
    "grading/course.py",
    "grading/gradebook.py",
    "grading/recording.py",
    "grading/record.py",
    "grading/rows.py",
    "grading/standing.py",
]
FOR_AUDITS = ["authoring/release.py", "proof/audit.py", "proof/mutation.py", "grading/workers.py"]
FOR_NEITHER = [
    "cli.py", "bench/grade.py", "publishing/site.py", "reporting/export.py", "start/doctor.py",
    "grading/display.py", "grading/results.py", "grading/feedback.py", "grading/rendering.py",
]  # fmt: skip


@pytest.fixture
def package(tmp_path, monkeypatch) -> Path:
    """A copy of the package, which the digests look at."""
    copy = tmp_path / "autograder"
    shutil.copytree(digests.AUTOGRADER, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(digests, "AUTOGRADER", copy)
    return copy


def change_a_function(module: Path) -> None:
    tree = ast.parse(module.read_text("utf-8"))
    function = next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    function.body.append(ast.Pass())
    module.write_text(ast.unparse(tree), "utf-8")


def change_comments_and_docstrings(module: Path) -> None:
    tree = ast.parse(module.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if ast.get_docstring(node) is not None:
                node.body.pop(0)
            node.body.insert(0, ast.Expr(ast.Constant("Other words.")))
    module.write_text("# a comment\n" + ast.unparse(tree), "utf-8")


@pytest.mark.parametrize("module", [*FOR_BOTH, *FOR_GRADES, *FOR_AUDITS, *FOR_NEITHER])
def test_a_changed_function_makes_stale_what_depends_on_it_and_nothing_else(package, module):
    before = modules_digest(*GRADES), modules_digest(*AUDIT)
    change_a_function(package / module)
    assert (modules_digest(*GRADES) != before[0]) == (module in FOR_BOTH + FOR_GRADES)
    assert (modules_digest(*AUDIT) != before[1]) == (module in FOR_BOTH + FOR_AUDITS)


def test_comments_and_docstrings_do_not_count(package):
    before = modules_digest(*GRADES)
    for module in package.rglob("*.py"):
        change_comments_and_docstrings(module)
    assert modules_digest(*GRADES) == before


def test_a_new_import_brings_the_new_module_in(package):
    (package / "practical" / "fresh.py").write_text("def two():\n    return 2\n")
    outputs = package / "practical" / "outputs.py"
    outputs.write_text(outputs.read_text("utf-8") + "\nfrom autograder.practical import fresh\n")
    before = modules_digest(*GRADES)
    change_a_function(package / "practical" / "fresh.py")
    assert modules_digest(*GRADES) != before


@pytest.mark.parametrize("names", [GRADES, AUDIT])
def test_all_that_python_loads_is_among_the_needed_modules(names):
    """What the syntax says, against what importing does."""
    code = (
        "import importlib, json, sys\n"
        f"for name in {names}:\n    importlib.import_module(name)\n"
        "print(json.dumps([name for name in sys.modules if name.split('.')[0] == 'autograder']))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(json.loads(run.stdout))
    assert set(names) <= loaded
    assert loaded <= set(needed_modules(*names))


def test_the_modules_of_the_sandbox_are_needed_although_no_line_imports_them(package):
    inside = {
        f"autograder.engine.inside.{path.stem}" for path in (package / "engine/inside").glob("[!_]*.py")
    }
    assert inside
    assert inside <= set(needed_modules(*GRADES))
