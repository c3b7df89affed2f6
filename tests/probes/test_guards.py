"""Each guard in turn is switched off, and its probe gets through: so it is this guard that holds it.

That the guards hold is what the other modules here show. The probes end by their own caps.
"""

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import engine_course as course
import numpy as np
import pytest
from kernels import run_cells
from kernels import text as shown
from nbformat import NotebookNode
from probes import LIMITS, NOTEBOOKS, REACHED, SECRET, digest, edit_of, probing_submission
from toy_course import GOOD

from autograder.engine import kernel, split
from autograder.engine.inside import codec, models
from autograder.engine.rebuild import STUDENT_CELL, rebuild
from course_utils import builtin_models

# --- limits of a kernel: raised -----------------------------------------------------------------------------

OF_A_KERNEL = {
    "memory": ("much_memory", {"memory": 4 * LIMITS.resources.memory}),
    "memory of files without a name": ("memory_in_files", {"memory": 4 * LIMITS.resources.memory}),
    "processes": ("many_processes", {"processes": 4 * LIMITS.processes}),
    "threads": ("many_threads", {"processes": 4 * LIMITS.processes}),
    "length of a message": ("long_messages", {}),
}


@pytest.mark.slow
@pytest.mark.parametrize(("probe", "higher"), OF_A_KERNEL.values(), ids=OF_A_KERNEL)
def test_with_a_higher_limit_of_kernels(probe, higher, parent, host, monkeypatch):
    if not higher:  # it is the one who listens that refuses it
        monkeypatch.setattr(kernel, "MESSAGE", 4 * kernel.MESSAGE)
    forked = parent.fork(replace(LIMITS.resources, **higher))
    kernel.attach(forked)
    try:
        cells = run_cells(forked, "import numpy as np", host.text(probe, QUEUE_LIMIT=0))
    finally:
        forked.stop()
    assert REACHED in shown(cells[1])


# --- limits of a cell: raised -------------------------------------------------------------------------------

OF_A_CELL = {
    "time of a cell": "endless_loop",
    "time of a call": "endless_call",
    "time of a call that is stopped": "stopped",
    "text that is kept": "much_output",
}


@pytest.mark.slow
@pytest.mark.parametrize("probe", OF_A_CELL.values(), ids=OF_A_CELL)
def test_with_a_higher_limit_of_cells(probe, parent, host, monkeypatch):
    monkeypatch.setattr(split, "kernel_parent", lambda **_: parent)
    notebook, _ = probing_submission(probe, host, DEADLINE=12)  # seconds, more than cells have otherwise
    limits = replace(LIMITS, cell_seconds=60, notebook_seconds=300, cell_text_bytes=10**8)
    executed = split.execute_notebook(notebook, limits, {}, references=course.REFERENCES)
    said = course.shown(executed)
    assert len(said) > 3 * LIMITS.cell_text_bytes if probe == "much_output" else REACHED in said


# --- the sandbox: none, the probe as an ordinary program ----------------------------------------------------

OF_THE_SANDBOX = {
    "the view of files: solutions": "read_source",
    "the view of files: submissions": "read_other_submissions",
    "the view of files: gradebook": "gradebook",
    "file systems that are read-only": "write_outside",
    "libraries that are read-only": "import_hooks",
    "the namespaces of network": "network",
    "the namespace of processes: signals": "signal_everybody",
    "the namespace of processes: all at once": "signal_all_at_once",
    "the namespace of processes: debuggers": "ptrace",
    "an init that ends all": "background_process",
    "an environment without signs": "detect_grading",
    "the number of files": "many_files",
    "the size of files": "full_disk",
    "memory that cannot be counted": "hidden_memory",
    "no rights inside": "namespaces",
}


@pytest.mark.parametrize("probe", OF_THE_SANDBOX.values(), ids=OF_THE_SANDBOX)
def test_without_the_sandbox(probe, host, tmp_path):
    if probe == "namespaces" and os.geteuid() != 0:
        pytest.skip("an ordinary user has no rights to give up")
    before = digest(host.course)
    work = tmp_path / "work"
    work.mkdir()
    told = tmp_path / "told"
    with told.open("w") as output:  # no pipe: what a probe leaves behind would hold it open
        command = [sys.executable, "-c", host.text(probe, FILE_LIMIT=2**24)]
        subprocess.run(command, cwd=work, stdout=output, stderr=subprocess.STDOUT, timeout=120, check=False)
    if probe == "background_process":
        time.sleep(0.5)
    text = told.read_text(errors="replace")
    got_through = REACHED in text or SECRET in text or host.reached()
    assert got_through or digest(host.course) != before or (work / "still-here").exists(), text


# --- tests in a process of their own: in the student's ------------------------------------------------------

OF_TWO_PROCESSES = {
    "checks that nobody else can change": "patched_checks",
    "outputs of the tests' process alone": "displayhook",
    "the source of tests out of reach": "read_hidden_tests",
}


@pytest.mark.slow
@pytest.mark.parametrize("probe", OF_TWO_PROCESSES.values(), ids=OF_TWO_PROCESSES)
def test_in_one_process(probe, host, tmp_path):
    notebook, marks = probing_submission(probe, host)
    limits = replace(LIMITS, cell_seconds=200, notebook_seconds=600)  # it imports Keras
    executed = split.execute_in_one_kernel(notebook, limits, tmp_path)
    assert course.scores(executed) != marks or REACHED in course.feedback(executed, "build-test")


# --- what crosses between them: checks removed --------------------------------------------------------------


def encode(value, folder: Path):
    def refuse(value):
        raise TypeError(type(value))

    return codec.Encoder(codec.Folder(folder), refuse).encode(value)


def names_of(text: str) -> dict:
    """What a probe defines that needs NumPy only."""
    names = {"np": np}
    exec(text, names)
    return names


def test_without_a_limit_of_arrays(host, tmp_path, monkeypatch):
    array = names_of(host.text("huge_array", ARRAY_LIMIT=2**20))["build"](1)
    assert encode(array, tmp_path)
    monkeypatch.setattr(codec, "MAX_ARRAY", 2**20)
    with pytest.raises(codec.CodecError, match="an array of"):
        encode(array, tmp_path)


def test_without_a_limit_of_integers(host, tmp_path, monkeypatch):
    number = names_of(host.text("huge_array"))["model"]
    with pytest.raises(codec.CodecError, match="digits"):
        encode(number, tmp_path)
    monkeypatch.setattr(codec, "MAX_INTEGER_BITS", 10**4)
    assert encode(number, tmp_path)["t"] == "int"


def test_without_a_limit_of_depth(host, tmp_path, monkeypatch):
    value = names_of(host.text("deep_value"))["build"](1)
    with pytest.raises(codec.CodecError, match="does it contain itself"):
        encode(value, tmp_path)
    monkeypatch.setattr(codec, "MAX_DEPTH", 10**6)
    with pytest.raises(RecursionError):
        encode(value, tmp_path)


def test_without_refusing_links(host, tmp_path, monkeypatch):
    (tmp_path / "x-aa").symlink_to(host.course / "source" / "p" / "p.ipynb")
    with pytest.raises(codec.CodecError, match="did not arrive"):
        codec.Folder(tmp_path).take("x-aa", 100)
    monkeypatch.setattr(os, "O_NOFOLLOW", 0)
    assert codec.Folder(tmp_path).take("x-aa", 100) == SECRET.encode()


@pytest.mark.slow
def test_without_a_list_of_layers(host, monkeypatch):
    keras = pytest.importorskip("keras")
    names = {"keras": keras}
    exec(host.text("lambda_model"), names)
    config = keras.saving.serialize_keras_object(names["model"])
    lambdas = [one for one in config["config"]["layers"] if one["class_name"] == "Lambda"]
    lambdas[0]["config"] = {}  # its code is a case of its own
    with pytest.raises(models.ModelRefused, match="the class 'Lambda'"):
        builtin_models.check(config)
    allowed = builtin_models._allowed() | {("keras.layers", "Lambda")}
    monkeypatch.setattr(builtin_models, "_allowed", lambda: allowed)
    builtin_models.check(config)


# --- the notebook: graded as it was handed in ---------------------------------------------------------------


def of_the_course(notebook: NotebookNode) -> tuple:
    """All that is the course's to say: its cells in order, and the kernel."""
    cells = [
        (
            cell.cell_type,
            cell.source,
            cell.metadata.get("tags"),
            cell.metadata.get("nbgrader"),
            cell.get("outputs"),
        )
        for cell in notebook.cells
        if not cell.metadata.get("practicals", {}).get(STUDENT_CELL)
    ]
    return cells, notebook.metadata.kernelspec.name


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_without_rebuilding(file, toy):
    honest, edited = toy.notebook(GOOD), toy.notebook(GOOD)
    edit_of(file)(edited)
    assert of_the_course(edited) != of_the_course(honest)
    assert of_the_course(rebuild(toy.assignment, edited)) == of_the_course(rebuild(toy.assignment, honest))
