"""Collects a class folder: finds each student's notebook, checks it, copies it; originals stay untouched."""

import codecs
import contextlib
import errno
import hashlib
import importlib.metadata
import json
import os
import re
import stat
import unicodedata
import warnings
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from nbgrader.utils import is_solution

from autograder.engine.assignment import Assignment
from autograder.engine.rebuild import NEW_CELL, answered, matched_cells
from autograder.errors import PracticalsError
from autograder.files import write_atomically
from autograder.grading.dates import moment
from autograder.practical.cells import grade_id
from autograder.practical.digests import digest, modules_digest
from autograder.practical.notebooks import read_notebook
from autograder.practical.paths import practical_names

MAX_BYTES = 20_000_000
MAX_LEVELS = 100  # of lists and objects inside each other; what copies a notebook is recursive
TIMESTAMP = "timestamp.txt"
SECRET = "submission_secret.txt"  # by which nbgrader's exchange knows whose feedback a page is
MAX_ID = 128  # characters
SECRET_TEXT = re.compile(r"[\w-]{1,200}")
# What nbgrader, its globs and its comma-separated export can hold; accents may be characters of their own
STUDENT_ID = re.compile(r"\w[\w .@+'()-]{0,126}[\w.@+')-]|\w")
MAX_LEVELS_OF_FOLDERS = 3  # below the practical's own folder; archives put hand-ins into folders of their own
MAX_CANDIDATES = 50  # notebooks of one hand-in that are looked at
CLEAR_OUTPUTS = "Ask for it again, with outputs cleared and saved from Jupyter"
ASK_AGAIN = "Ask for the .ipynb file, as saved by Jupyter"


@dataclass(frozen=True)
class Submission:
    """What one student handed in.

    Args:
        student_id: the name of the student's folder.
        notebook: the collected copy, or None where there is nothing to grade.
        problem: why it cannot be graded, in words; else empty.
        remedy: what to do about the problem.
        remarks: what was unusual, for the status line.
        notes: sentences for student and instructor.
        timestamp: when it was handed in, UTC without time zone, or None where that is not known.
        handed_in_as: the folder of a hand-in that several students share (`groups`); else empty.
        group: the name of the group that shares it.
    """

    student_id: str
    notebook: Path | None = None
    problem: str = ""
    remedy: str = ""
    remarks: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    timestamp: datetime | None = None
    handed_in_as: str = ""
    group: str = ""


class UnusableError(Exception):
    """A submission cannot be graded; `problem` and `remedy` say why and what to do."""

    def __init__(self, problem: str, remedy: str):
        super().__init__(problem)
        self.problem, self.remedy = problem, remedy


def collect(
    class_folder: Path,
    collected: Path,
    practical: str,
    assignment: Assignment,
    root: Path | None = None,
    zone: str = "UTC",
) -> tuple[list[Submission], list[str]]:
    """Copy the notebooks of a class folder, `<student>/<practical>/<practical>.ipynb`.

    Where a student's folder has several notebooks, or folders in it, the one with answers to this practical
    is taken. Only the notebook is copied, and `timestamp.txt` and the exchange's `submission_secret.txt` if
    they can be read: a submitted `numpy.py` shadows nothing. Links are never followed. Nothing that a student
    handed in stops the collection.

    Args:
        class_folder: what the students handed in, in nbgrader's layout.
        collected: where the copies go, in the same layout.
        practical: name of the practical.
        assignment: its two forms.
        root: the checkout, whose other practicals are named where their notebooks were handed in.
        zone: the course's time zone, in which nbgrader's exchange writes `timestamp.txt`.

    Returns:
        submissions: one for each student folder that has something for this practical, by student id.
        without: student folders that have nothing for it.

    Raises:
        PracticalsError: the class folder is missing, unreadable or has no submission for this practical.
    """
    expected = f"Put STUDENT/{practical}/{practical}.ipynb there, or name another folder with --submitted"
    try:
        folders = sorted(path for path in class_folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise PracticalsError(f"cannot read {class_folder} ({error.strerror})", expected) from error
    submissions, without = [], []
    sound = _SoundFiles(collected / f".{practical}.sound.json", assignment)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nbformat's, on duplicate and missing cell ids
        for folder in folders:
            if folder.is_dir() and not folder.is_symlink() and not os.path.lexists(folder / practical):
                without.append(folder.name)
            elif folder.is_dir():
                submissions.append(_collect_one(folder, collected, practical, assignment, root, zone, sound))
    sound.keep()
    if not submissions:
        raise PracticalsError(f"{class_folder} has no submission of {practical}", expected)
    return submissions, without


class _SoundFiles:
    """Contents that were found to need no repair, so that a class is not taken apart again for one hand-in.

    They are kept by their digests, under one of all else that this depends on: the assignment and the code.
    """

    def __init__(self, file: Path, assignment: Assignment):
        cells = [[cell.cell_type, cell.source, cell.metadata] for cell in assignment.graded.cells]
        libraries = [importlib.metadata.version(name) for name in ("nbformat", "nbgrader")]
        formerly = sorted(assignment.formerly.items())
        self.file = file
        self.key = digest([cells, formerly, libraries, modules_digest(__name__)])
        self.before: set[str] = set()
        self.now: set[str] = set()
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            if (kept := json.loads(file.read_text("utf-8")))["key"] == self.key:
                self.before = set(kept["sound"])

    def has(self, content: bytes) -> bool:
        """Whether a content was sound before; then it is now."""
        if (name := hashlib.sha256(content).hexdigest()) in self.before:
            self.now.add(name)
        return name in self.now

    def add(self, content: bytes) -> None:
        """Remember a content that is sound."""
        self.now.add(hashlib.sha256(content).hexdigest())

    def keep(self) -> None:
        """Write what was found, where it is not what was found before; where nothing was, nothing."""
        if self.now and self.now != self.before:
            write_atomically(self.file, json.dumps({"key": self.key, "sound": sorted(self.now)}) + "\n")


def _collect_one(
    folder: Path,
    collected: Path,
    practical: str,
    assignment: Assignment,
    root: Path | None,
    zone: str,
    sound: _SoundFiles,
) -> Submission:
    submission = Submission(folder.name)
    try:
        _refuse_student_id(folder.name)
        _refuse_links_and_files(folder, practical)
        path = _find_notebook(folder / practical, practical, assignment, root)
        content = _read(path)
        corrected: list[str] = []
        if not sound.has(content):
            content, corrected = _repaired(content, practical, assignment, root)
            if not corrected:
                sound.add(content)
        name = path.relative_to(folder / practical).as_posix()
        remarks = [] if name == f"{practical}.ipynb" else [f"notebook was named {name!r}"]
        remarks += corrected
        timestamp, notes = _timestamp(folder / practical, zone)
        target = collected / folder.name / practical
        _write(target / f"{practical}.ipynb", content)
        _write(target / TIMESTAMP, f"{timestamp} UTC\n".encode() if timestamp else b"")
        _write(target / SECRET, _secret(folder / practical))
    except UnusableError as error:
        return replace(submission, problem=error.problem, remedy=error.remedy)
    others = sorted(
        entry.name
        for entry in (folder / practical).iterdir()
        if entry.name not in (name.partition("/")[0], TIMESTAMP, SECRET)
    )
    others = [name for name in others if not name.startswith(".")]
    if others:
        named = ", ".join(others[:5]) + ", …" * (len(others) > 5)
        notes.append(f"Only the notebook is graded; left out: {named}.")
    return replace(
        submission,
        notebook=target / f"{practical}.ipynb",
        remarks=remarks,
        notes=notes,
        timestamp=timestamp,
    )


def read_submitted(
    path: Path, practical: str, assignment: Assignment, root: Path | None = None
) -> tuple[bytes, list[str]]:
    """The content of a notebook that was handed in, made valid, and remarks on what was repaired.

    Args:
        path: the file.
        practical: name of the practical that it should be of.
        assignment: its two forms.
        root: the checkout, whose other practicals are named; default: none is.

    Raises:
        UnusableError: it is not a notebook, another practical's, or has no answer cell of this one.
    """
    return _repaired(_read(path), practical, assignment, root)


def _repaired(
    content: bytes, practical: str, assignment: Assignment, root: Path | None
) -> tuple[bytes, list[str]]:
    notebook = _parse(content)
    _refuse_foreign(notebook, assignment, practical, root)
    valid = _valid(notebook, content, assignment)
    return valid, ["errors of the notebook format were repaired"] if valid != content else []


def student_id_problem(name: str) -> str:
    """Why nbgrader cannot use a student id, in words; empty when it can."""
    plain = "".join(letter for letter in name if not unicodedata.combining(letter))
    if STUDENT_ID.fullmatch(plain) and len(name) <= MAX_ID:
        return ""
    odd = sorted({character for character in plain if not re.fullmatch(r"[\w .@+'()-]", character)})
    reason = " ".join(map(repr, odd)) or "first or last character, or length"
    return f"nbgrader cannot use the student id {name!r} ({reason})"


def _refuse_student_id(name: str) -> None:
    if problem := student_id_problem(name):
        raise UnusableError(
            problem,
            f"Rename the folder with letters, digits and . _ - + @, at most {MAX_ID} characters",
        )


def _refuse_links_and_files(folder: Path, practical: str) -> None:
    for path in (folder, folder / practical):
        if path.is_symlink():
            raise UnusableError(f"{path.name!r} is a symbolic link, which is not followed", ASK_AGAIN)
    if not (folder / practical).is_dir():
        raise UnusableError(
            f"{practical!r} is a file, not a folder", f"Put the notebook into a folder called {practical}"
        )


def _find_notebook(folder: Path, practical: str, assignment: Assignment, root: Path | None) -> Path:
    """The notebook that was handed in: of those that are this practical's, the one with answers in it.

    The one with the right name comes first: it is taken where it has answers, or where no other has.
    """
    named = folder / f"{practical}.ipynb"
    others = [path for path in _candidates(folder) if path != named]
    if os.path.lexists(named) and not others:
        return named
    problems, answers = [], {}
    for path in ([named] if os.path.lexists(named) else []) + others:
        try:
            notebook = _parse(_read(path))
            _refuse_foreign(notebook, assignment, practical, root)
            answers[path] = answered(assignment, notebook)
        except UnusableError as error:
            problems.append(f"{path.relative_to(folder).as_posix()!r}: {error.problem}")
    if answers.get(named) or (os.path.lexists(named) and not any(answers.values())):
        return named
    ours = [path for path, number in answers.items() if number] or list(answers)
    if len(ours) == 1:
        return ours[0]
    if ours:
        names = ", ".join(repr(path.relative_to(folder).as_posix()) for path in ours)
        raise UnusableError(
            f"{len(ours)} notebooks have its answer cells: {names}",
            f"Keep one of them, named {practical}.ipynb",
        )
    raise UnusableError(f"no notebook found{_what_is_there(folder, problems)}", ASK_AGAIN)


def _candidates(folder: Path) -> list[Path]:
    """Notebooks of a hand-in, also in folders in it; hidden ones and links to folders are passed over."""
    found: list[Path] = []

    def unreadable(error: OSError) -> None:
        raise UnusableError(f"its folder cannot be read ({error.strerror})", "Change its permissions")

    for name, folders, files in os.walk(folder, onerror=unreadable):
        level = len(Path(name).relative_to(folder).parts)
        visible = [] if level == MAX_LEVELS_OF_FOLDERS else folders
        folders[:] = sorted(one for one in visible if not one.startswith((".", "__")))
        entries = files if level else [*files, *folders]  # a folder called p.ipynb is named as what it is
        found += [
            Path(name, one) for one in sorted(entries) if ".ipynb" in one.lower() and one[0] not in "._"
        ]
    return found[:MAX_CANDIDATES]


def _what_is_there(folder: Path, problems: list[str]) -> str:
    """In brackets, why the notebooks of a hand-in will not do, or what lies there in their place."""
    if problems:
        return f" ({'; '.join(problems[:3])})"
    there = sorted(entry.name for entry in folder.iterdir() if entry.name not in (TIMESTAMP, SECRET))
    return f" (there: {', '.join(map(repr, there[:5]))}{', …' * (len(there) > 5)})" if there else ""


def _read(path: Path) -> bytes:
    """A regular file's content; a link, a folder, a device or too large a file is refused unread."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno == errno.ELOOP:
            problem = "the notebook is a symbolic link, which is not followed"
            raise UnusableError(problem, ASK_AGAIN) from error
        raise UnusableError(
            f"the notebook cannot be read ({error.strerror})", "Change its permissions"
        ) from error
    try:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            raise UnusableError(f"{path.name!r} is a folder, not a notebook", ASK_AGAIN)
        if not stat.S_ISREG(status.st_mode):
            raise UnusableError(f"{path.name!r} is not an ordinary file", ASK_AGAIN)
        if status.st_size > MAX_BYTES:
            raise UnusableError(
                f"the notebook has {status.st_size / 1e6:.0f} MB, the limit is {MAX_BYTES / 1e6:.0f} MB",
                CLEAR_OUTPUTS,
            )
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(MAX_BYTES)
    finally:
        os.close(descriptor)


def _parse(content: bytes) -> NotebookNode:
    """A notebook of any format that nbformat can convert to 4."""
    if not content.strip():
        raise UnusableError("the file is empty", ASK_AGAIN)
    try:
        json_value = json.loads(text := content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UnusableError("not a notebook (not text in UTF-8)", ASK_AGAIN) from error
    except json.JSONDecodeError as error:
        raise UnusableError(f"not a notebook (invalid JSON at line {error.lineno})", ASK_AGAIN) from error
    except ValueError as error:
        raise UnusableError("not a notebook (it has a number of thousands of digits)", ASK_AGAIN) from error
    except RecursionError as error:
        raise UnusableError("not a notebook (nested too deeply)", ASK_AGAIN) from error
    if _levels_exceed(json_value, MAX_LEVELS):
        raise UnusableError("not a notebook (nested too deeply)", ASK_AGAIN)
    if not isinstance(json_value, dict):
        raise UnusableError("not a valid notebook (no JSON object)", ASK_AGAIN)
    try:
        notebook = nbformat.reads(text, as_version=4)
    except Exception as error:  # a stranger's file: nbformat fails in many ways
        if json_value.get("nbformat") != 4:
            version = str(json_value.get("nbformat"))[:20]
            raise UnusableError(f"not a valid notebook (format {version!r})", ASK_AGAIN) from error
        notebook = nbformat.from_dict(json_value)  # what of its cells can be read will do
    if not isinstance(notebook.get("cells"), list):
        raise UnusableError("not a valid notebook (it has no list of cells)", ASK_AGAIN)
    return notebook


def _levels_exceed(value: Any, levels: int) -> bool:
    """Whether lists and objects stand more than so many levels inside each other."""
    level = [value]
    for _ in range(levels):
        level = [
            child
            for parent in level
            if isinstance(parent, dict | list)
            for child in (parent.values() if isinstance(parent, dict) else parent)
        ]
    return bool(level)


def _refuse_foreign(
    notebook: NotebookNode, assignment: Assignment, practical: str, root: Path | None
) -> None:
    graded = assignment.graded.cells
    cells = matched_cells(assignment, notebook)
    names = {cell.name for cell in cells if cell.name is not None}
    ours = names & assignment.grade_ids
    if len(names - ours) > len(ours):
        other = _practical_with(names, root)
        raise UnusableError(
            f"it is the notebook of {other or 'another practical'}, not of {practical}",
            "Ask for the right file" + f", or put this one into the folder {other}" * bool(other),
        )
    if not any(cell.position is not None and is_solution(graded[cell.position]) for cell in cells):
        raise UnusableError(
            f"it has none of the answer cells of {practical}",
            "If the right file was handed in: its answers were moved to new cells; ask for them in the "
            "cells of the released notebook",
        )


def _practical_with(names: set[str], root: Path | None) -> str:
    """The practical of a checkout that has the most of these cells; empty where none has one."""
    if root is None:
        return ""
    has = {}
    for name in practical_names(root):
        with contextlib.suppress(PracticalsError):
            cells = read_notebook(root / "source" / name / f"{name}.ipynb").cells
            has[name] = len(names & {grade_id(cell) for cell in cells})
    best = max(has, key=lambda name: has[name], default="")
    return best if has.get(best) else ""


def _valid(notebook: NotebookNode, content: bytes, assignment: Assignment) -> bytes:
    """The content as it is, or, where nbgrader would choke on it, a valid notebook with the same answers."""
    try:
        nbformat.validate(notebook)
        json.dumps(
            notebook, ensure_ascii=False
        ).encode()  # fails on halves of surrogate pairs, which JSON can hold
        return content.removeprefix(codecs.BOM_UTF8)
    except Exception:  # nbformat fails in many ways on what is not as it expects
        cells = []
        for cell in matched_cells(assignment, notebook):
            cells.append(NEW_CELL[cell.cell_type](source=_encodable(cell.source)))
            if cell.name is not None:
                cells[-1].metadata["nbgrader"] = {"grade_id": _encodable(cell.name)}
            elif cell.position is not None:
                cells[-1]["id"] = assignment.graded.cells[cell.position]["id"]
        return nbformat.writes(new_notebook(cells=cells)).encode()


def _encodable(text: str) -> str:
    return text.encode(errors="replace").decode()


def _timestamp(folder: Path, zone: str) -> tuple[datetime | None, list[str]]:
    """When a submission was handed in, and a note where that cannot be read without a guess."""
    path = folder / TIMESTAMP
    if not os.path.lexists(path):
        return None, []
    try:
        return moment(_read(path).decode().strip()[:100], zone), []
    except (UnusableError, PracticalsError, UnicodeDecodeError):
        return None, [f"{TIMESTAMP} could not be read, so it is not known whether the submission was late."]


def _secret(folder: Path) -> bytes:
    """What nbgrader's exchange put beside a submission; empty where there is none that could be its own."""
    if not os.path.lexists(folder / SECRET):
        return b""
    try:
        content = _read(folder / SECRET)
    except UnusableError:
        return b""
    return content if SECRET_TEXT.fullmatch(content.decode(errors="replace").strip()) else b""


def _write(path: Path, content: bytes) -> None:
    """Write a file that differs, whole or not at all; no content: no file."""
    if not content:
        path.unlink(missing_ok=True)
    elif not path.is_file() or path.read_bytes() != content:
        write_atomically(path, content)
