"""Brings a practical's text and notebook together: finds which of them was edited since the last build."""

import difflib
from collections.abc import Sequence
from enum import Enum
from pathlib import Path

import jupytext
from nbformat import NotebookNode

from autograder.errors import PracticalsError
from autograder.files import write_atomically
from autograder.practical.cells import describe
from autograder.practical.digests import inputs_digest
from autograder.practical.notebooks import PAIRING, TEXT_FORMAT, inputs, read_notebook, read_text


class Edited(Enum):
    """Which side of a pair holds inputs that the other has not."""

    NEITHER = "neither"
    TEXT = "text"
    NOTEBOOK = "notebook"
    BOTH = "both"


def edited(text: NotebookNode, notebook: NotebookNode) -> Edited:
    """Which of text and built notebook was edited since the build, from the digest that the build left.

    A notebook without that digest (not made by `practicals build`) that differs from the text counts as BOTH.

    Raises:
        PracticalsError: a cell holds what text cannot.
    """
    of_text, of_notebook = inputs_digest(text), inputs_digest(notebook)
    built = notebook.metadata.get("practicals", {}).get("inputs_sha256")
    if of_text == of_notebook:
        return Edited.NEITHER
    if of_notebook == built:
        return Edited.TEXT
    if of_text == built:
        return Edited.NOTEBOOK
    return Edited.BOTH


def differing_cells(text: NotebookNode, notebook: NotebookNode) -> list[str]:
    """Names of the cells in which text and notebook differ: by `grade_id`, else by position."""
    names: dict[str, None] = {}
    for tag, text_from, text_to, notebook_from, notebook_to in _matched(text, notebook):
        if tag != "equal":
            names |= dict.fromkeys(describe(text.cells[index], index) for index in range(text_from, text_to))
            names |= dict.fromkeys(
                describe(notebook.cells[index], index) for index in range(notebook_from, notebook_to)
            )
    return list(names)


def bring_together(text_path: Path, notebook_path: Path) -> tuple[NotebookNode, NotebookNode | None]:
    """The inputs to build from, read from the text, and the notebook of the last build.

    Inputs edited in the notebook are written to the text first, and so is the pairing that JupyterLab needs.

    Args:
        text_path: the practical's text.
        notebook_path: its notebook, which need not exist.

    Returns:
        text: the notebook that the text describes.
        built: the notebook as it is on disk, or None.

    Raises:
        PracticalsError: both were edited, or a notebook cell holds what text cannot.
    """
    text = read_text(text_path)
    built = read_notebook(notebook_path) if notebook_path.exists() else None
    if built is not None:
        try:
            side = edited(text, built)
        except PracticalsError as error:  # the text was read, so it is a cell of the notebook
            raise PracticalsError(f"{notebook_path}: {error.problem}", error.remedy) from error
        if side is Edited.BOTH:
            raise PracticalsError(
                f"{text_path.name} and {notebook_path.name} were both edited since the last build, in "
                f"{', '.join(differing_cells(text, built))}",
                f"Carry the edits of the notebook over to {text_path}, delete the notebook and build again",
            )
        if side is Edited.NOTEBOOK:
            _refuse_attachments(built, notebook_path)
            text = _with_inputs_of(text, built)
            written = jupytext.writes(text, fmt=TEXT_FORMAT)
            if inputs_digest(jupytext.reads(written, fmt=TEXT_FORMAT)) != inputs_digest(built):
                raise PracticalsError(
                    f"{notebook_path} has edits that {text_path.name} cannot hold with its present header",
                    "Remove cell_metadata_filter from the header of the text, or make the edits there",
                )
            write_atomically(text_path, written)
    settings = text.metadata.setdefault("jupytext", {})
    if settings.get("formats") != PAIRING:
        settings["formats"] = PAIRING
        # what jupytext assumes about a text without a header: that no other metadata are wanted
        for key in ("notebook_metadata_filter", "cell_metadata_filter"):
            settings.pop(key, None)
        write_atomically(text_path, jupytext.writes(text, fmt=TEXT_FORMAT))
    return read_text(text_path), built


def _with_inputs_of(text: NotebookNode, notebook: NotebookNode) -> NotebookNode:
    """The text with the notebook's inputs; cells that are the same keep the blank lines between them."""
    cells = []
    for tag, text_from, text_to, notebook_from, notebook_to in _matched(text, notebook):
        cells += (
            text.cells[text_from:text_to] if tag == "equal" else notebook.cells[notebook_from:notebook_to]
        )
    return NotebookNode({**text, "cells": cells})


def _matched(text: NotebookNode, notebook: NotebookNode) -> Sequence[tuple[str, int, int, int, int]]:
    old, new = ([repr(cell) for cell in inputs(side)] for side in (text, notebook))
    return difflib.SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes()


def _refuse_attachments(notebook: NotebookNode, path: Path) -> None:
    for index, cell in enumerate(notebook.cells):
        if cell.get("attachments"):
            raise PracticalsError(
                f"{describe(cell, index)} of {path} has an attached image, which text cannot hold",
                "Draw it with code in the notebook, or link to it, and remove the attachment",
            )
