"""Rebuilds a submission: the instructor's notebook, with the student's answers put in by `grade_id`."""

import copy
import re
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Any

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_locked, is_solution

from autograder.engine.assignment import Assignment, load_assignment, source_notebook
from autograder.practical.cells import grade_id, is_test
from course_utils.experiments import is_experiment

# how the cell begins that a bundle adds for Colab (autograder/publishing/badges.py); grading leaves it out
INSTALL_CELL = "# Installs course_utils where it is missing, as on Colab"
STUDENT_CELL = "student_cell"  # marks, in a cell's `practicals` metadata, what the student added
IMAGE_TYPES = ("image/png", "image/jpeg", "image/gif")
POINTS = re.compile(r"\bpoints=[\d.]+")
CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")  # as the notebook format has it
NEW_CELL = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}


class RebuildSubmission(NbGraderPreprocessor):
    """First of `Autograde.sanitize_preprocessors`: what follows sees the rebuilt notebook."""

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Replace the submitted notebook by the rebuilt one; see `rebuild`."""
        autograde = self.parent.parent
        names = resources["nbgrader"]
        path = source_notebook(autograde.coursedir, names["assignment"], names["notebook"])
        return rebuild(load_assignment(path, self.config), nb), resources


@dataclass
class SubmittedCell:
    """A cell of a submission, reduced to what counts.

    Args:
        cell_type: "code", "markdown" or "raw".
        source: its text.
        name: its `grade_id`, or None.
        cell_id: its nbformat id, or None.
        attachments: images that a markdown cell shows, as the notebook format has them.
        position: that of the source cell that it is a copy of, or None.
    """

    cell_type: str
    source: str
    name: str | None
    cell_id: str | None
    attachments: dict
    position: int | None = None


@dataclass
class _Slot:
    """Cells that the student added around a source cell, and the submitted copies of the source cell."""

    submitted: list[SubmittedCell] = field(default_factory=list)
    before: list[SubmittedCell] = field(default_factory=list)
    after: list[SubmittedCell] = field(default_factory=list)


def rebuild(assignment: Assignment, submitted: NotebookNode) -> NotebookNode:
    """The notebook to execute: every cell of the assignment, in its order, with the student's answers in it.

    Cells that the student deleted, duplicated, moved, retyped or edited, and all metadata, change nothing but
    the answers:

    - An answer is found by its `grade_id`, or a former one of the cell, else by the nbformat cell id. Of
      several copies the last that differs from the stub counts, as it does in a notebook run from top to
      bottom; earlier answered copies stay, as cells of the student's own. A missing answer is the stub.
    - An essay that was written into cells right below its untouched cell is taken from there, for a person
      to mark.
    - Cells of the student's own stay, behind the answer cell that they followed, or behind the given or test
      cell if that one was not moved.
    - A given cell that is not locked runs as given; if the student edited it, the edited version runs after
      it (an import added there is not lost). Edited experiments are left out: they do not run in grading.

    Args:
        assignment: the assignment's two forms.
        submitted: the student's notebook, nbformat 4; nothing in it is trusted.

    Returns:
        a new notebook without outputs. Its metadata hold, under `practicals`, `notes` (sentences that tell
        student and instructor what was corrected) and `answered` (number of cells with an answer).
    """
    notes: list[str] = []
    cells = matched_cells(assignment, submitted)
    slots = _placed(assignment, cells, notes)
    rebuilt = NotebookNode(copy.deepcopy({**assignment.graded, "cells": []}))
    rebuilt.metadata.pop("jupytext", None)
    answered = 0
    kept = 0
    for index, (template, released) in enumerate(
        zip(assignment.graded.cells, assignment.released.cells, strict=True)
    ):
        slot = slots[index]
        cell = copy.deepcopy(template)
        if is_solution(cell):
            answered += _fill_in(cell, slot, notes)
        elif is_locked(cell) or is_grade(cell):
            _note_changes(cell, released, slot, notes)
        rebuilt.cells += [*map(_own_cell, slot.before), cell, *map(_own_cell, slot.after)]
        kept += len(slot.before) + len(slot.after)
    leading = slots[-1].after
    rebuilt.cells[:0] = map(_own_cell, leading)
    if kept + len(leading):
        notes.append(f"Cells of your own that were kept and run: {kept + len(leading)}.")
    _make_ids_unique(rebuilt)
    rebuilt.metadata["practicals"] = {"notes": notes, "answered": answered}
    return rebuilt


def matched_cells(assignment: Assignment, submitted: NotebookNode) -> list[SubmittedCell]:
    """The submission's cells, each with the position of the source cell that it is a copy of, if any.

    Args:
        assignment: the assignment's two forms.
        submitted: a notebook, nbformat 4; its cells need not be valid.
    """
    by_name: dict[str, int] = {}
    by_id: dict[str, int] = {}
    by_text: dict[tuple[str, str], int] = {}
    for position, (cell, released) in enumerate(
        zip(assignment.graded.cells, assignment.released.cells, strict=True)
    ):
        if name := grade_id(cell):
            by_name[name] = position
        by_id[cell["id"]] = position
        if not is_solution(cell) and released.source.strip():
            by_text.setdefault((cell.cell_type, released.source.strip()), position)
    cells = [_read(cell) for cell in submitted.cells]
    for cell in cells:
        if cell.name is not None:
            if cell.name not in by_name:
                cell.name = assignment.formerly.get(cell.name, cell.name)
            cell.position = by_name.get(cell.name)
        else:
            by_text_position = by_text.get((cell.cell_type, cell.source.strip()))
            cell.position = by_id.get(cell.cell_id or "", by_text_position)
    return cells


def answered(assignment: Assignment, submitted: NotebookNode) -> int:
    """How many answer cells of a submission hold anything but the stub.

    Args:
        assignment: the assignment's two forms.
        submitted: a notebook, nbformat 4; its cells need not be valid.
    """
    return len(_counting_copies(assignment, matched_cells(assignment, submitted)))


def _read(cell: Any) -> SubmittedCell:
    """A submitted cell; what is not as the notebook format has it counts as missing."""
    cell = cell if isinstance(cell, dict) else {}
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    cell_id, source, attachments = cell.get("id"), cell.get("source"), cell.get("attachments")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    # some editors save line ends as Windows has them: that changes no cell
    source = source.replace("\r\n", "\n").replace("\r", "\n") if isinstance(source, str) else ""
    return SubmittedCell(
        cell_type=cell.get("cell_type") if cell.get("cell_type") in [*NEW_CELL] else "raw",
        source=source,
        name=name if isinstance(name, str) else None,
        cell_id=cell_id if isinstance(cell_id, str) else None,
        attachments=_images(attachments),
    )


def _images(attachments: Any) -> dict:
    """Of a cell's attachments the images."""
    if not isinstance(attachments, dict):
        return {}
    return {
        name: {kind: data for kind, data in bundle.items() if kind in IMAGE_TYPES and isinstance(data, str)}
        for name, bundle in attachments.items()
        if isinstance(name, str) and isinstance(bundle, dict)
    }


def _placed(assignment: Assignment, cells: list[SubmittedCell], notes: list[str]) -> dict[int, _Slot]:
    """Each submitted cell in the slot of the source cell that it belongs to; -1 is the notebook's top."""
    source = assignment.graded.cells
    slots = {position: _Slot() for position in range(-1, len(source))}
    counting = _counting_copies(assignment, cells)
    unmoved = _longest_rising_run([cell.position for cell in cells if cell.position is not None])
    place = slots[-1].after
    seen = 0  # cells with a position, so far
    for number, cell in enumerate(cells):
        position = cell.position
        if position is None:
            if cell.source.strip() and not cell.source.startswith(INSTALL_CELL):
                place.append(cell)
            continue
        slot = slots[position]
        slot.submitted.append(cell)
        if is_solution(source[position]):
            counts = counting.get(position, -1)
            place = slot.before if number < counts else slot.after
            if number < counts and _is_answer(assignment, cell) and cell.source != cells[counts].source:
                place.append(cell)
        elif seen in unmoved:
            place = slot.after
            if _is_edited_given_code(assignment, cell):
                place.append(cell)
                notes.append(
                    f"A given cell was changed (“{_first_line(source[position].source)}”): it was run as "
                    "given, then as changed."
                )
        seen += 1
    return slots


def _counting_copies(assignment: Assignment, cells: list[SubmittedCell]) -> dict[int, int]:
    """For each answered solution cell, by position, the number of the submitted cell that counts."""
    return {
        cell.position: number
        for number, cell in enumerate(cells)
        if cell.position is not None
        and is_solution(assignment.graded.cells[cell.position])
        and _is_answer(assignment, cell)
    }


def _is_answer(assignment: Assignment, cell: SubmittedCell) -> bool:
    """Whether a copy of a solution cell holds anything but the stub."""
    stub = assignment.graded.cells[cell.position].source
    return bool(cell.source.strip()) and cell.source.strip() != stub.strip()


def _is_edited_given_code(assignment: Assignment, cell: SubmittedCell) -> bool:
    """Whether a copy of an unlocked given code cell, no experiment, holds other code."""
    given = assignment.released.cells[cell.position]
    return (
        given.cell_type == cell.cell_type == "code"
        and not is_locked(given)
        and not is_experiment(given)
        and cell.source.strip() not in ("", given.source.strip())
    )


def _longest_rising_run(positions: list[int]) -> set[int]:
    """Indices of a longest strictly rising subsequence: the cells that were not moved."""
    ends: list[int] = []  # of the rising runs of each length: the smallest end, and its index
    indices: list[int] = []
    previous: list[int | None] = []
    for index, position in enumerate(positions):
        length = bisect_left(ends, position)
        previous.append(indices[length - 1] if length else None)
        ends[length : length + 1] = [position]
        indices[length : length + 1] = [index]
    run, last = set(), indices[-1] if indices else None
    while last is not None:
        run.add(last)
        last = previous[last]
    return run


def _fill_in(cell: NotebookNode, slot: _Slot, notes: list[str]) -> bool:
    """Put the student's answer into a solution cell; return whether there is one."""
    name = grade_id(cell)
    if not slot.submitted:
        notes.append(f"The answer cell “{name}” was missing: it counts as not answered.")
        return False
    answers = [copy for copy in slot.submitted if copy.source.strip() not in ("", cell.source.strip())]
    if not answers and is_grade(cell):
        answers = _essay_below(slot)
        if answers:
            notes.append(f"The answer “{name}” stood in a cell below its own: it was taken from there.")
    if len(slot.submitted) > 1:
        notes.append(
            f"The answer cell “{name}” was there {len(slot.submitted)} times: the last answer counts."
        )
    if not answers:
        return False
    if answers[-1].cell_type != cell.cell_type:
        notes.append(
            f"The answer cell “{name}” had become a {answers[-1].cell_type} cell: it was taken as "
            f"{cell.cell_type} again."
        )
    cell.source = answers[-1].source
    if cell.cell_type == "markdown" and answers[-1].attachments:
        cell.attachments = answers[-1].attachments
    return True


def _essay_below(slot: _Slot) -> list[SubmittedCell]:
    """The text that a student wrote right below an essay's cell, as one cell, taken out of the slot."""
    end = next((number for number, own in enumerate(slot.after) if own.cell_type == "code"), len(slot.after))
    written, slot.after[:] = slot.after[:end], slot.after[end:]
    if not written:
        return []
    attachments = {name: image for own in written for name, image in own.attachments.items()}
    text = "\n\n".join(own.source for own in written)
    return [SubmittedCell("markdown", text, name=None, cell_id=None, attachments=attachments)]


def _note_changes(cell: NotebookNode, released: NotebookNode, slot: _Slot, notes: list[str]) -> None:
    """Say what the student did to a cell that is run as the instructor wrote it."""
    kind = f"The {'test' if is_test(cell) else 'given'} cell “{grade_id(cell)}” was"
    if not slot.submitted:
        notes.append(f"{kind} missing: it was put back.")
    elif any(_but_for_points(copy) != _but_for_points(released) for copy in slot.submitted):
        notes.append(f"{kind} changed: the original was run.")
    if len(slot.submitted) > 1:
        notes.append(f"{kind} there {len(slot.submitted)} times: it counts once.")


def _but_for_points(cell: SubmittedCell | NotebookNode) -> str:
    """A cell's text without points, which may have been others (points.toml) when students got it."""
    return POINTS.sub("points=", cell.source.strip())


def _own_cell(cell: SubmittedCell) -> NotebookNode:
    """A cell of the student's own, without its metadata and outputs."""
    made = NEW_CELL[cell.cell_type](source=cell.source, metadata={"practicals": {STUDENT_CELL: True}})
    made["id"] = cell.cell_id or ""
    if cell.cell_type == "markdown" and cell.attachments:
        made.attachments = cell.attachments
    return made


def _make_ids_unique(notebook: NotebookNode) -> None:
    """Keep the ids of the assignment's cells; give the student's cells new ones where need be."""
    taken = {cell["id"] for cell in notebook.cells if STUDENT_CELL not in cell.metadata.get("practicals", {})}
    for number, cell in enumerate(notebook.cells, start=1):
        if STUDENT_CELL in cell.metadata.get("practicals", {}):
            if cell["id"] in taken or not CELL_ID.fullmatch(cell["id"]):
                cell["id"] = f"own-{number}"
                while cell["id"] in taken:
                    cell["id"] += "-"
            taken.add(cell["id"])


def _first_line(source: str) -> str:
    return source.strip().split("\n", 1)[0][:60]
