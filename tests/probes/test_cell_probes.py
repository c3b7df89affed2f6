"""Each file in cells/ is what a student may try, as code of a cell; none gains, learns, or breaks anything.

A submission has two honest answers (`scale`, `count`), which keep their marks, and the probe: as a cell of
the student's own before all others, or as the answer that the line `# cell:` names. `# loses:` names tests
whose marks the probe costs the student. What a probe broke, the honest answers of the next one show, and
those of a last submission behind all probes.
"""

import ast
import re
import time
from dataclasses import replace

import engine_course as course
import psutil
import pytest
from probes import FILES, HIDDEN, LIMITS, REACHED, SECRET, digest, probing_submission

from autograder.engine import split
from autograder.engine.inside.places import CLOCKS
from autograder.engine.kernel import KernelParent

FOUND = re.compile("|".join((REACHED, HIDDEN, SECRET)))
SPARE = 2  # kernels that wait until they are needed
START_SECONDS = 30  # that they have to start, on a busy machine


@pytest.fixture(autouse=True)
def one_parent(parent, monkeypatch):
    monkeypatch.setattr(split, "kernel_parent", lambda **_: parent)


def processes(parent: KernelParent) -> int:
    """How many processes of the parent there are, when the spare kernels have started.

    A kernel is asked for some time before its init has made its namespaces and forked it.
    """
    parent.require_alive()  # which it answers when the kernels that were stopped are gone
    deadline = time.monotonic() + START_SECONDS
    while True:
        family = psutil.Process(parent._process.popen.pid).children(recursive=True)
        zygote = next(one for one in family if one.name().startswith("python"))  # parents come first
        started = len(zygote.children(recursive=True)) == SPARE * len(("shim", "init", "kernel"))
        if started or time.monotonic() > deadline:
            return len(family)
        time.sleep(0.05)


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(file, marks=[pytest.mark.slow] * ("\n# slow\n" in file.read_text()), id=file.stem)
        for file in FILES
    ],
)
def test_probe(file, parent, host):
    before, running = digest(host.course), processes(parent)
    notebook, marks = probing_submission(file.stem, host)
    limits = replace(LIMITS, cell_seconds=2) if "\n# waits\n" in file.read_text() else LIMITS
    executed = split.execute_notebook(notebook, limits, {}, references=course.REFERENCES)

    assert course.scores(executed) == marks, course.feedback(executed, "scale-test")
    for cell in executed.cells:
        said = "".join(
            str(one.get("text") or one.get("data") or one.get("traceback")) for one in cell.get("outputs", [])
        )
        found = [line for line in said.splitlines() if FOUND.search(line) and "hidden_4711" not in line]
        assert not found, found[:3]
        assert len(said) < 3 * LIMITS.cell_text_bytes
    assert digest(host.course) == before
    assert not host.reached()
    assert processes(parent) == running
    folders = {path.name for path in parent._process.exchange.iterdir()} - {CLOCKS}
    assert len(folders) == SPARE
    assert not list((parent._process.exchange / CLOCKS).iterdir())


def test_each_probe_says_what_it_tries():
    assert len(FILES) >= 50
    assert all(ast.get_docstring(ast.parse(file.read_text())) for file in FILES)


def test_no_probe_is_endless_by_itself():
    """What loops has a bound or a deadline in its condition."""
    endless = {
        file.stem
        for file in FILES
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.While) and isinstance(node.test, ast.Constant)
    }
    assert endless == set()
