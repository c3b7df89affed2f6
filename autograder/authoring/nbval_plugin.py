"""A pytest plugin: how `pytest --nbval` runs the practicals, and what an unanswered release notebook may do.

With `--nbval` or `--nbval-lax`, notebooks run at the quick budget and seed 42 (unless COURSE_BUDGET and
COURSE_SEED say otherwise), with the kernel of this Python environment, in an empty folder of their own, and
under pytest-xdist each in one worker.

In release/, outputs are not compared, and a cell may stop politely: with the NotImplementedError of an
exercise without an answer, with a CheckFailed, or with a NameError for a name that a cell which stopped
before would have defined. Any other error fails.
"""

import ast
import os
import re
import symtable
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

import pytest

if TYPE_CHECKING:
    from nbval.plugin import IPyNbCell

# What the plugin needs is imported when notebooks are tested: it is loaded for every run of pytest.


def pytest_configure(config: pytest.Config) -> None:
    """Take part only in runs that test notebooks."""
    if _tests_notebooks(config):
        from autograder.authoring.build import BUILD_SETTINGS

        for name, value in BUILD_SETTINGS.items():
            os.environ.setdefault(name, value)
        os.environ.pop("MPLBACKEND", None)  # figures appear in outputs with the notebook's own backend only
        if not config.option.nbval_kernel_name:
            config.option.nbval_current_env = True
        config.pluginmanager.register(NotebookRuns(), "practicals-notebook-runs")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Keep the cells of a notebook in one pytest-xdist worker: they share a kernel."""
    if _tests_notebooks(config) and getattr(config.option, "dist", "no") == "load":
        config.option.dist = "loadfile"


def _tests_notebooks(config: pytest.Config) -> bool:
    return getattr(config.option, "nbval", False) or getattr(config.option, "nbval_lax", False)


class NotebookRuns:
    """Hooks around each cell that nbval runs."""

    def __init__(self):
        self.folders: dict[Path, tempfile.TemporaryDirectory] = {}
        self.missing: dict[Path, set[str]] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Move a kernel that just started into an empty folder: what notebooks write stays out of git."""
        result = yield
        if _is_cell(item) and item.path not in self.folders:
            folder = tempfile.TemporaryDirectory(prefix=f"{item.path.stem}-", ignore_cleanup_errors=True)
            self.folders[item.path] = folder
            item.parent.addfinalizer(folder.cleanup)
            kernel = item.parent.kernel
            message = kernel.execute_cell_input(f"__import__('os').chdir({folder.name!r})", allow_stdin=False)
            kernel.await_reply(message, timeout=60)
            kernel.await_idle(message, timeout=60)
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Let a cell of a release notebook stop politely."""
        if not _is_cell(item) or not is_release(item.path):
            return (yield)
        from nbval.plugin import NbCellError

        # the tag of a release's cells is for people: what may fail here is said above, and nothing else may
        item.options["check_exception"] = False
        item.cell["outputs"] = []  # of the full run, where there are any: for people, too
        missing = self.missing.setdefault(item.path, set())
        try:
            return (yield)
        except NbCellError:
            errors = [output for output in item.test_outputs or [] if output.output_type == "error"]
            if not errors or not is_polite(errors[-1], missing, item.path):
                raise
            missing |= names_defined_by(item.cell, item.path)


def is_release(path: Path) -> bool:
    """Whether a notebook lies in the release folder of a course."""
    from autograder.errors import PracticalsError
    from autograder.practical.paths import course_root

    try:
        return (course_root(path.parent) / "release") in path.parents
    except PracticalsError:
        return False


def is_polite(error: dict[str, Any], missing: set[str], path: Path) -> bool:
    """Whether an error is one that an unanswered notebook may end a cell with.

    Args:
        error: the cell's error output.
        missing: names that cells which stopped before would have defined.
        path: the release notebook.
    """
    if error["ename"] == "NotImplementedError":
        return error["evalue"] != "" and error["evalue"] in _stub(path)
    if error["ename"] == "NameError":
        name = re.match(r"name '(\w+)' is not defined", error["evalue"])
        return name is not None and name[1] in missing
    return error["ename"] == "CheckFailed"


def names_defined_by(cell: dict[str, Any], path: Path) -> set[str]:
    """Names that a cell of a release notebook, or its reference in the source, defines for other cells."""
    from autograder.practical.cells import syntax
    from autograder.practical.notebooks import read_text, set_cell_ids
    from autograder.practical.paths import course_root, source_text

    source = read_text(source_text(course_root(path.parent), path.stem))
    set_cell_ids(source)
    names = set()
    for version in [cell, *(reference for reference in source.cells if reference["id"] == cell.get("id"))]:
        table = symtable.symtable(ast.unparse(syntax(version, 0)), "cell", "exec")
        names |= {name.get_name() for name in table.get_symbols() if name.is_assigned() or name.is_imported()}
    return names


def _stub(path: Path) -> str:
    from nbgrader.preprocessors import ClearSolutions

    from autograder.practical.paths import course_config, course_root

    return ClearSolutions(config=course_config(course_root(path.parent))).code_stub["python"]


def _is_cell(item: pytest.Item) -> "TypeGuard[IPyNbCell]":
    from nbval.plugin import IPyNbCell

    return isinstance(item, IPyNbCell)
