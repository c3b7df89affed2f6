"""The outputs of a practical's full run: docs/practicals/p.ipynb, and what a release shows of them.

The page docs/practicals/p.ipynb has the cells of the release, and the outputs that given code and experiments
had at the full budget. For each of these cells its metadata hold the digest of the code that the outputs
depend on, so an output is shown only while it is that of the present code.
"""

import copy
import json
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

import nbformat
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from rich.console import Console

from autograder.authoring.execute import execute
from autograder.authoring.pictures import choose_figures
from autograder.errors import PracticalsError
from autograder.practical.cells import code_cells, describe, is_test
from autograder.practical.digests import digest, outputs_digest
from autograder.practical.names import loads
from autograder.practical.notebooks import read_notebook
from autograder.practical.points import course_of
from autograder.practical.reach import DIGITS, Reach, code_at
from course_utils.experiments import is_experiment
from course_utils.plots import CHOICES

FOLDER = Path("docs", "practicals")
SETTINGS = {"COURSE_BUDGET": "full", "COURSE_SEED": "42"}
GUESS = "**Predict.**"  # as the text before an experiment asks for one
# What shows without a kernel; of a widget there is its text
SHOWN = ("image/", "text/")
NOTE = (
    "The outputs in this notebook are from our run at the full budget, folded where you are to guess first; "
    "a cell that you run replaces its own."
)

Outputs: TypeAlias = dict[str, list[NotebookNode]]  # by the digest of the code that they depend on


class ShowFullRun(NbGraderPreprocessor):
    """Shows the outputs of the full run in the experiments of a release, and says once whose they are.

    The sentence is an output, too: running the first experiment takes it away. Where the text asks for a
    guess first, outputs are folded (`outputs_hidden`,
    https://nbformat.readthedocs.io/en/latest/format_description.html#cell-metadata); JupyterLab opens them on
    a click, and when the cell runs. Where there is no page, or somebody edited its outputs, nothing is shown.
    """

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Put outputs into cells tagged `experiment`."""
        folder, name = Path(resources["metadata"]["path"]), resources["metadata"]["name"]
        root = course_of(folder)
        page = full_path(root, name) if root is not None else None
        if page is None or not page.exists():
            return nb, resources
        try:
            outputs = read_outputs(page)
            digests = shown_cells(read_notebook(folder / f"{name}.ipynb"))
        except PracticalsError as error:
            self.log.warning("The release shows no outputs of the full run: %s", error)
            return nb, resources
        note = [NotebookNode(output_type="display_data", metadata={}, data=_as_note(NOTE))]
        asked = False
        for cell in nb.cells:
            if cell.cell_type == "markdown":
                asked = GUESS in cell.source
            found = outputs.get(digests.get(cell.get("id", ""), ""))
            if found and is_experiment(cell):
                cell.outputs = note + copy.deepcopy(found)
                note = []
                if asked:
                    cell.metadata.setdefault("jupyter", {})["outputs_hidden"] = True
                    cell.metadata["collapsed"] = True  # JupyterLab adds it, and takes that for a change
        return nb, resources


def full_path(root: Path, practical: str) -> Path:
    """Where the outputs of a practical's full run are; the file need not exist."""
    return root / FOLDER / f"{practical}.ipynb"


def shown_cells(source: NotebookNode) -> dict[str, str]:
    """The cells whose outputs at the full budget are kept: id → digest of the code that they depend on.

    Exercises and tests are left out, and the list of what is done: in the reader's notebook, it is another.

    Args:
        source: a source notebook, prepared.

    Raises:
        PracticalsError: a cell is not Python.
    """
    cells = [
        [cell.cell_type, cell["id"], cell.source, cell.metadata.get("nbgrader", {})] for cell in source.cells
    ]
    return dict(_shown_cells(json.dumps(cells)))


@lru_cache(maxsize=16)  # a build asks for the same cells three times
def _shown_cells(inputs: str) -> dict[str, str]:
    """The same of cells as JSON: type, id, source and nbgrader's metadata of each."""
    source = nbformat.from_dict(
        {
            "cells": [
                {"cell_type": kind, "id": name, "source": text, "metadata": {"nbgrader": settings}}
                for kind, name, text, settings in json.loads(inputs)
            ]
        }
    )
    cells = [cell for _, cell in code_cells(source)]
    reach = Reach(code_at(source, SETTINGS["COURSE_BUDGET"], printed=True))
    digests = {}
    for number, (cell, code) in enumerate(zip(cells, reach.cells, strict=True)):
        if not cell.metadata.nbgrader.get("solution") and "selfcheck" not in loads(code.tree):
            needed = [reach.cells[other].digest for other in reach.of(number)]
            digests[cell["id"]] = digest(needed)[:DIGITS]
    return digests


def run_in_full(prepared: NotebookNode, practical: str, console: Console) -> Outputs:
    """Execute a copy of a practical at the full budget; what its cells put out that shows without a kernel.

    A test may fail: whether thresholds hold at this budget is what `practicals measure` finds.

    Raises:
        PracticalsError: a cell failed.
    """
    notebook = copy.deepcopy(prepared)
    execute(notebook, practical, SETTINGS | {CHOICES: "2 1.5 1"}, console, timeout=None, may_fail=is_test)
    digests = shown_cells(notebook)
    return {
        digests[cell["id"]]: _without_kernel(cell.outputs) for cell in notebook.cells if cell["id"] in digests
    }


def read_outputs(page: Path) -> Outputs:
    """The outputs that a page has of the full run.

    Raises:
        PracticalsError: it cannot be read, or its outputs are not those of the run.
    """
    notebook = read_notebook(page)
    left = notebook.metadata.get("practicals", {})
    if left.get("outputs_sha256") != outputs_digest(notebook):
        raise PracticalsError(
            f"{FOLDER / page.name} has not the outputs of the full run: somebody edited them, or ran cells",
            f"Take it back with `git checkout {FOLDER / page.name}`, or remove it and run "
            f"`practicals build {page.stem} --full`",
        )
    digests = left.get("code", {})
    return {digests[cell["id"]]: cell.outputs for cell in notebook.cells if cell["id"] in digests}


def page_of(released: NotebookNode, source: NotebookNode, outputs: Outputs) -> NotebookNode:
    """The page: a release with those outputs of a full run that are of the present code.

    Its figures are as sharp as its size allows; see `choose_figures`.

    Args:
        released: as it is without a full run.
        source: the source notebook.
        outputs: of a full run; those of other code are left out.
    """
    page = copy.deepcopy(released)
    code = {name: one for name, one in shown_cells(source).items() if one in outputs}
    for cell in page.cells:
        if cell["id"] in code:
            cell.outputs = copy.deepcopy(outputs[code[cell["id"]]])
    choose_figures(page)
    page.metadata["practicals"] = {"code": code, "outputs_sha256": outputs_digest(page)}
    return page


def stale_cells(source: NotebookNode, outputs: Outputs) -> list[str]:
    """The cells, as messages name them, with outputs in the built notebook and none of a full run."""
    digests = shown_cells(source)
    return [
        describe(cell, index)
        for index, cell in enumerate(source.cells)
        if cell["id"] in digests and cell.outputs and digests[cell["id"]] not in outputs
    ]


def _without_kernel(outputs: list[NotebookNode]) -> list[NotebookNode]:
    kept = []
    for output in copy.deepcopy(outputs):
        if "data" in output:
            output.data = {kind: value for kind, value in output.data.items() if kind.startswith(SHOWN)}
            output.metadata = {kind: value for kind, value in output.metadata.items() if kind in output.data}
        if "execution_count" in output:
            output.execution_count = None  # nobody ran the cell in this notebook
        if output.output_type == "stream" or output.get("data"):
            kept.append(output)
    return kept


def _as_note(sentence: str) -> dict[str, str]:
    return {"text/markdown": f"*{sentence}*", "text/plain": sentence}
