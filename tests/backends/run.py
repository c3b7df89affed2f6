"""Runs the practicals where Keras has another backend than TensorFlow, and notes what their cells do.

`python tests/backends/run.py NAME…` runs source notebooks at the quick budget, in the interpreter that runs
it (an environment of `make backends`) and with the backend that KERAS_BACKEND names. What came of each cell
is noted in tests/backends/measured.json; with `--table`, the table of docs/backends.md is written from it.

A cell that cannot run ends nothing: the others are run all the same. Where it fails since it imports
TensorFlow, it is run once more without that line, so that what comes after it has the other imports.
"""

import argparse
import json
import os
import sys
import time
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[2]
MEASURED = Path(__file__).with_name("measured.json")
PAGE = ROOT / "docs" / "backends.md"
NAMES = {"jax": "JAX", "torch": "PyTorch"}
BEGIN, END = "<!-- measured: begin -->\n", "<!-- measured: end -->\n"
CHECK = "application/vnd.practicals.check+json"
IMPORT = "import tensorflow as tf\n"


def run(practical: str) -> dict:
    """What the cells of a source notebook do on this backend: how many ran, points, and each that failed."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(ROOT / "source" / practical / f"{practical}.ipynb", as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    result: dict = {"cells": len(cells), "ran": 0, "tests": 0, "full": 0, "failed": {}}
    start = time.perf_counter()
    with TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook, timeout=1_200, allow_errors=True, resources={"metadata": {"path": folder}}
        )
        with client.setup_kernel():
            for number, cell in enumerate(notebook.cells):
                if cell.cell_type != "code":
                    continue
                error = _error(client.execute_cell(cell, number))
                if error and "No module named 'tensorflow'" in error and IMPORT in cell.source:
                    cell.source = cell.source.replace(IMPORT, "")
                    client.execute_cell(cell, number)
                metadata = cell.metadata.get("nbgrader", {})
                name = metadata.get("grade_id") or f"cell {number}: {_title(cell)}"
                if metadata.get("grade") and metadata.get("locked"):
                    result["tests"] += 1
                    # a test cell that loses points ends with an error too, which says less than its checks
                    if any(CHECK in output.get("data", {}) for output in cell.outputs):
                        error = _lost(cell, metadata["points"])
                    result["full"] += not error
                result["ran"] += not error
                if error:
                    result["failed"][name] = error
                    print(f"  {name}: {error}", flush=True)
    return result | {"seconds": round(time.perf_counter() - start)}


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


def _lost(cell, points):
    """Why a test cell gave less than all points; "" where it gave them all."""
    checks = [output.data[CHECK] for output in cell.outputs if CHECK in output.get("data", {})]
    earned = sum(check["earned"] for check in checks)
    if earned == points:
        return ""
    failed = [part["title"] for check in checks for part in check["parts"] if part["state"] != "passed"]
    return f"{earned:g} of {points:g} points; not passed: {', '.join(failed)}"


def note(practical: str, backend: str, result: dict) -> None:
    """Put a result into the file of all results."""
    measured = read()
    measured.setdefault(practical, {})[backend] = result
    MEASURED.write_text(json.dumps(measured, indent=1, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")


def read() -> dict:
    """What was measured: results by practical and backend."""
    return json.loads(MEASURED.read_text("utf-8")) if MEASURED.is_file() else {}


def table() -> str:
    """The table by practical and backend, and below it each cell that does not run or loses points."""
    measured = read()
    versions = sorted({result["versions"] for of in measured.values() for result in of.values()})
    heads = [
        f"{name}: {what}" for name in NAMES.values() for what in ("cells that run", "tests passed whole")
    ]
    rows = [["practical", *heads], ["---", *["---:"] * len(heads)]]
    failures = [["practical", "backend", "what cells end with", "cells"], ["---"] * 4]
    for practical in sorted(path.name for path in (ROOT / "source").glob("p0*")):
        rows.append([short := practical[:3].upper()])
        for backend, name in NAMES.items():
            result = measured.get(practical, {}).get(backend)
            if not result:
                rows[-1] += ["not run", "not run"]
                continue
            rows[-1] += [f"{result['ran']} of {result['cells']}", f"{result['full']} of {result['tests']}"]
            by_error: dict[str, list[str]] = {}
            for cell, error in result["failed"].items():
                if error.startswith("NameError"):
                    error = "a name that a cell above should have made"
                by_error.setdefault(error, []).append(_cell(cell))
            failures += [[short, name, _cell(error), "; ".join(cells)] for error, cells in by_error.items()]
    lines = [f"Measured with {'; '.join(versions) or 'nothing yet'}.", "", *map(_row, rows)]
    lines += ["", "Cells that end with an error, or lose points of the reference:", "", *map(_row, failures)]
    return "\n".join(lines) + "\n"


def _row(columns):
    return f"| {' | '.join(columns)} |"


def _cell(text):
    return f"`{text.replace('`', chr(39)).replace('|', chr(92) + '|')}`"


def page_with_table() -> str:
    """docs/backends.md with the table of what is measured now."""
    before, rest = PAGE.read_text("utf-8").split(BEGIN)
    return before + BEGIN + table() + END + rest.split(END)[1]


def main() -> int:
    """Run the practicals that were named, or write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("practical", nargs="*", help="default: all")
    parser.add_argument("--table", action="store_true", help="write the table into docs/backends.md")
    arguments = parser.parse_args()
    if arguments.table:
        PAGE.write_text(page_with_table(), "utf-8")
        return 0
    backend = os.environ["KERAS_BACKEND"]
    os.environ |= {"COURSE_BUDGET": "quick", "PYTHONPATH": str(ROOT)}
    versions = f"Keras {version('keras')} on {NAMES[backend]} {version(backend).split('+')[0]}"
    before, worse = read(), False
    for practical in arguments.practical or sorted(path.name for path in (ROOT / "source").glob("p0*")):
        print(f"{practical} on {backend}", flush=True)
        result = run(practical) | {"versions": versions}
        counts = (
            f"{result['ran']} of {result['cells']} cells, {result['full']} of {result['tests']} test cells"
        )
        print(f"  {counts}, {result['seconds']} s", flush=True)
        known = before.get(practical, {}).get(backend)
        if known and not set(result["failed"]) <= set(known["failed"]):
            worse = True
            print(f"  failed before: {sorted(known['failed'])}")
        note(practical, backend, result)
    return int(worse)


if __name__ == "__main__":
    sys.exit(main())
