"""Runs the practicals where Keras has another backend than TensorFlow, and notes what their cells do.

`python tests/backends/run.py NAME…` runs source notebooks at the quick budget, in the interpreter that runs
it (an environment of `make backends`, or that of `make setup`, to compare) and with the backend that
KERAS_BACKEND names. What came of each cell is noted in tests/backends/measured.json, and the tables of
docs/backends.md are written from it; with `--table`, that is all. Experiments are left out, as when grading;
with `--experiments`, they are run too, and noted. With `--bank`, the answers of the bank are tried instead:
does each get its points and its hint?

A cell that cannot run ends nothing: the others are run all the same. Where it fails since it imports
TensorFlow, it is run once more without that line, so that what comes after it has the other imports.
"""

import argparse
import json
import os
import sys
import time
from importlib.metadata import packages_distributions, version
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[2]
MEASURED = Path(__file__).with_name("measured.json")
PAGE = ROOT / "docs" / "backends.md"
NAMES = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}
BEGIN, END = "<!-- measured: begin -->\n", "<!-- measured: end -->\n"
COUNTED = (("full", "tests"), ("ran", "cells"), ("kept", "entries"))  # how many did, of how many
COLUMNS = {
    "tests passed whole": ("graded", "full", "tests"),
    "graded run": ("graded", "ran", "cells"),
    "experiments": ("experiments", "ran", "cells"),
    "bank": ("bank", "kept", "entries"),
}
IMPORT = "import tensorflow as tf\n"


def run(practical: str, experiments: bool) -> dict:
    """What the cells of a source notebook do on this backend: of the graded run, and of experiments.

    Of each: how many there are, how many ran, what the others ended with, and the processor seconds; of the
    graded run also how many test cells there are, how many gave the reference all points, and the largest
    memory of the kernel, in MB.
    """
    import nbformat
    import psutil
    from nbclient import NotebookClient

    from autograder.practical.cells import grade_id, is_test
    from autograder.practical.testcells import result_of
    from course_utils.experiments import is_experiment, without_experiments

    notebook = nbformat.read(ROOT / "source" / practical / f"{practical}.ipynb", as_version=4)
    if not experiments:
        notebook = without_experiments(notebook)
    parts: dict[str, dict] = {
        part: {"cells": 0, "ran": 0, "failed": {}, "seconds": 0.0} for part in ("graded", "experiments")
    }
    parts["graded"] |= {"tests": 0, "full": 0}
    with TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook, timeout=1_200, allow_errors=True, resources={"metadata": {"path": folder}}
        )
        with client.setup_kernel():
            (kernel,) = psutil.Process().children()
            for number, cell in enumerate(notebook.cells):
                if cell.cell_type != "code":
                    continue
                start = sum(kernel.cpu_times()[:2])
                error = _error(client.execute_cell(cell, number))
                if error and "No module named 'tensorflow'" in error and IMPORT in cell.source:
                    cell.source = cell.source.replace(IMPORT, "")
                    client.execute_cell(cell, number)
                name = grade_id(cell) or f"cell {number}: {_title(cell)}"
                part = parts["experiments" if is_experiment(cell) else "graded"]
                if is_test(cell):
                    part["tests"] += 1
                    # a test cell that loses points ends with an error too, which says less than its checks
                    if result := result_of(cell):
                        error = _lost(result)
                    part["full"] += not error
                part["cells"] += 1
                part["ran"] += not error
                part["seconds"] += sum(kernel.cpu_times()[:2]) - start
                if error:
                    part["failed"][name] = error
                    print(f"  {name}: {error}", flush=True)
            status = Path(f"/proc/{kernel.pid}/status")
            if status.is_file():  # Linux has it
                peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
                parts["graded"]["megabytes"] = round(int(peak.split()[1]) / 1_024)
    for part in parts.values():
        part["seconds"] = round(part["seconds"])
    name = "experiments" if experiments else "graded"
    return {name: parts[name]}


def bank(practical: str) -> dict:
    """Which answers of the bank get other points or hints on this backend than they should.

    Raises:
        PracticalsError: the reference fails in a cell that is not a test.
    """
    from autograder.authoring.build import prepared
    from autograder.errors import PracticalsError
    from autograder.practical.bank import read_bank
    from autograder.practical.notebooks import read_text
    from autograder.practical.paths import source_text
    from autograder.proof.hints import hint_problems
    from autograder.proof.trials import subject_of
    from autograder.proof.variants import Workbench

    notebook = prepared(read_text(source_text(ROOT, practical)), practical)
    for cell in notebook.cells:
        cell.source = cell.source.replace(IMPORT, "")
    subject = subject_of(ROOT, practical, notebook, read_bank(ROOT, practical), [], None)
    result: dict = {"entries": 0, "kept": 0, "failed": {}}
    start = time.process_time()
    with TemporaryDirectory() as folder:
        workbench = Workbench(subject.cells, Path(folder))
        reference = workbench.run_reference()
        if reference.ended:
            raise PracticalsError(f"{practical}: {reference.ended.strip()}", "See docs/backends.md")
        unfair = subject.short(reference)  # tests that do not give the reference all points say nothing
        for one in subject.bank:
            outcome = workbench.run(one.cells)
            wrong = subject.wrong_scores(one, outcome.scores)
            problems = [
                f"{points:g} points from {test}" for test, points in wrong.items() if test not in unfair
            ]
            problems += hint_problems(one, outcome.results, subject.bank)
            problems += [outcome.ended] if outcome.ended else []
            result["entries"] += 1
            result["kept"] += not problems
            if problems:
                result["failed"][one.name] = "; ".join(problems).splitlines()[0][:200]
                print(f"  {one.name}: {'; '.join(problems)}", flush=True)
        os.chdir(ROOT)
    return {"bank": result | {"seconds": round(time.process_time() - start)}}


def _title(cell):
    """The first line of a cell that says anything, shortened."""
    lines = [
        line for line in cell.source.splitlines() if line.strip() and not line.startswith(("from", "import"))
    ]
    return lines[0][:50] if lines else ""


def _error(cell):
    """The error that a cell ended with, in one line; "" for none."""
    for output in cell.outputs:
        if output.output_type == "error":
            lines = output.evalue.strip().splitlines() or [""]
            return f"{output.ename}: {lines[0]}"[:200]
    return ""


def _lost(result):
    """Why a test gave less than all points; "" where it gave them all."""
    if result.earned == result.points:
        return ""
    failed = [part.title for part in result.parts if not part.passed]
    return f"{result.earned:g} of {result.points:g} points; not passed: {', '.join(failed)}"


def note(practical: str, backend: str, parts: dict) -> None:
    """Put what a run gave into the file of all results; what it left out stays as it was."""
    measured = read()
    measured.setdefault(practical, {}).setdefault(backend, {}).update(parts)
    MEASURED.write_text(json.dumps(measured, indent=1, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")


def read() -> dict:
    """What was measured, by practical, backend and part."""
    return json.loads(MEASURED.read_text("utf-8")) if MEASURED.is_file() else {}


def table() -> str:
    """What runs by practical and backend; each cell that does not, or loses points; seconds and memory."""
    measured = read()
    versions = {
        part["versions"] for backends in measured.values() for of in backends.values() for part in of.values()
    }
    others = {backend: name for backend, name in NAMES.items() if backend != "tensorflow"}
    heads = [f"{name}: {what}" for name in others.values() for what in COLUMNS]
    rows = [["practical", *heads], ["---", *["---:"] * len(heads)]]
    failures = [
        ["practical", "backend", "what happens", "cells, answers"],
        ["---"] * 4,
    ]
    for practical in _practicals():
        rows.append([short := practical[:3].upper()])
        for backend, name in others.items():
            parts = measured.get(practical, {}).get(backend, {})
            for part, counted, of in COLUMNS.values():
                result = parts.get(part)
                rows[-1].append(f"{result[counted]} of {result[of]}" if result else "not run")
            by_error: dict[str, list[str]] = {}
            for result in parts.values():
                for cell, error in result["failed"].items():
                    if error.startswith("NameError"):
                        error = "a name that a cell above should have made"
                    by_error.setdefault(error, []).append(_cell(cell))
            failures += [[short, name, _cell(error), "; ".join(cells)] for error, cells in by_error.items()]
    lines = [f"Measured with {'; '.join(sorted(versions)) or 'nothing yet'}.", "", *map(_row, rows)]
    lines += [
        "",
        "Cells with an error, tests that take points from the reference, answers with another verdict:",
        "",
        *map(_row, failures),
    ]
    lines += ["", "The graded run: processor seconds, and the kernel's largest memory:", ""]
    cost = [["practical", *NAMES.values()], ["---", *["---:"] * len(NAMES)]]
    for practical in _practicals():
        of = measured.get(practical, {})
        graded = [of.get(backend, {}).get("graded") for backend in NAMES]
        figures = [
            f"{one['seconds']} s, {one['megabytes']} MB" if one and "megabytes" in one else "not measured"
            for one in graded
        ]
        cost.append([practical[:3].upper(), *figures])
    return "\n".join([*lines, *map(_row, cost)]) + "\n"


def _practicals():
    return sorted(path.name for path in (ROOT / "source").glob("p0*"))


def _row(columns):
    return f"| {' | '.join(columns)} |"


def _cell(text):
    return f"`{text.replace('`', chr(39)).replace('|', chr(92) + '|')}`"


def page_with(begin: str, part: str, end: str) -> str:
    """docs/backends.md with something else between two of its marks."""
    before, rest = PAGE.read_text("utf-8").split(begin)
    return before + begin + part + end + rest.split(end)[1]


def page_with_table() -> str:
    """docs/backends.md with the table of what is measured now."""
    return page_with(BEGIN, table(), END)


def main() -> int:
    """Run the practicals that were named, or write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("practical", nargs="*", help="default: all")
    parser.add_argument("--experiments", action="store_true", help="run them too")
    parser.add_argument("--bank", action="store_true", help="instead: try the answers of the bank")
    parser.add_argument("--table", action="store_true", help="only write the tables of docs/backends.md")
    arguments = parser.parse_args()
    if arguments.table:
        PAGE.write_text(page_with_table(), "utf-8")
        return 0
    backend = os.environ["KERAS_BACKEND"]
    os.environ |= {"COURSE_BUDGET": "quick", "PYTHONPATH": str(ROOT)}
    package = packages_distributions()[backend][0]  # TensorFlow's has more than one name
    versions = f"Keras {version('keras')} on {NAMES[backend]} {version(package).split('+')[0]}"
    before, worse = read(), False
    for practical in arguments.practical or _practicals():
        print(f"{practical} on {backend}", flush=True)
        parts = bank(practical) if arguments.bank else run(practical, arguments.experiments)
        for name, part in parts.items():
            counted = ", ".join(f"{part[one]} of {part[of]} {of}" for one, of in COUNTED if one in part)
            print(f"  {name}: {counted}, {part['seconds']} s", flush=True)
            known = before.get(practical, {}).get(backend, {}).get(name)
            if known and not set(part["failed"]) <= set(known["failed"]):
                worse = True
                print(f"  failed before: {sorted(known['failed'])}")
            part["versions"] = versions
        note(practical, backend, parts)
        PAGE.write_text(page_with_table(), "utf-8")
    return int(worse)


if __name__ == "__main__":
    sys.exit(main())
