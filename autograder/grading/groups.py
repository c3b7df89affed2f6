"""Groups of students who hand in together: who is in which, and one hand-in as that of each member."""

import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from autograder.errors import PracticalsError
from autograder.files import write_atomically
from autograder.grading.collect import TIMESTAMP, Submission, student_id_problem
from autograder.grading.tables import csv_rows

FILE = "groups.csv"  # in the class folder
COLUMNS = ["group", "student"]
PRACTICAL = "practical"  # a column that may be there: groups of this practical alone
FORM = "Its first line is group,student, with a column practical if groups change; nothing was graded"


def read_groups(
    class_folder: Path, practical: str, known: Callable[[], Iterable[str]]
) -> dict[str, tuple[str, ...]]:
    """The groups of a practical, by name, as groups.csv in the class folder has them; {} without the file.

    Args:
        class_folder: what the students handed in.
        practical: name of the practical; rows of others are passed over.
        known: gives the ids of the class list; where it is empty, anybody may be in a group.

    Raises:
        PracticalsError: the file cannot be read, or has a student in two groups, a stranger, or a group that
            is called like a student; it names the line.
    """
    file = class_folder / FILE
    if not file.is_file():
        return {}
    rows = [
        (line, [cell.strip() for cell in row]) for line, row in csv_rows(file) if any(map(str.strip, row))
    ]
    head = [title.lower() for title in rows[0][1]] if rows else []
    if not set(COLUMNS) <= set(head) <= {*COLUMNS, PRACTICAL}:
        raise PracticalsError(f"{file} has no columns group and student", FORM)
    ids = set(known())
    if ids:
        ids |= {path.name for path in class_folder.iterdir() if path.is_dir()}
    group_of: dict[str, str] = {}
    for line, row in rows[1:]:
        said = dict(zip(head, row, strict=False))
        group, student = said.get("group", ""), said.get("student", "")
        if said.get(PRACTICAL, "") not in ("", practical):
            continue
        if problem := _problem(group, student, group_of, ids):
            raise PracticalsError(f"{file}, line {line}: {problem[0]}", f"{problem[1]}; nothing was graded")
        group_of[student] = group
    if shared := next((name for name in group_of.values() if name in group_of), None):
        raise PracticalsError(
            f"{file}: {shared!r} is a group and a student", "Give the group another name; nothing was graded"
        )
    return {
        name: tuple(student for student, group in group_of.items() if group == name)
        for name in dict.fromkeys(group_of.values())
    }


def _problem(group: str, student: str, group_of: Mapping[str, str], ids: set[str]) -> tuple[str, str] | None:
    """What is wrong with a row, and what to do; None where nothing is."""
    if not group or not student:
        return "a group and a student are needed", "Fill in the line or take it out"
    if wrong := student_id_problem(student) or student_id_problem(group):
        return wrong, "Correct it"
    if group_of.get(student, group) != group:
        return f"{student!r} is in the group {group_of[student]!r} already", "Take one of the two lines out"
    if ids and student not in ids:
        return (
            f"{student!r} of the group {group!r} is not in the class list, and handed in nothing",
            "Correct the id, or put the student in with `practicals roster`",
        )
    return None


def shared_out(
    submissions: list[Submission], groups: Mapping[str, tuple[str, ...]], collected: Path, practical: str
) -> list[Submission]:
    """The hand-in of a group as one of each member: a copy, by the name of who is in the group.

    It lies in the folder of the group's name, or of one of its members, or the same in several. Of a group
    that handed in different notebooks, nothing is graded.

    Args:
        submissions: as they were collected.
        groups: from `read_groups`.
        collected: where the collected copies are; the copy in a group's name is removed.
        practical: name of the practical.

    Returns:
        submissions by student id, none by the name of a group.
    """
    by_name = {one.student_id: one for one in submissions}
    for group, members in groups.items():
        handed_in = [by_name.pop(name) for name in (group, *members) if name in by_name]
        if len({_content(one) for one in handed_in}) > 1:
            names = ", ".join(one.student_id for one in handed_in)
            for member in members:
                by_name[member] = Submission(
                    member,
                    problem=f"the group {group!r} handed in different notebooks: {names}",
                    remedy="Leave one of the folders in the class folder",
                )
        elif handed_in:
            for member in members:
                by_name[member] = _of_member(handed_in[0], group, member, collected, practical)
        shutil.rmtree(collected / group / practical, ignore_errors=True)
        if (folder := collected / group).is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    return [by_name[name] for name in sorted(by_name)]


def _of_member(one: Submission, group: str, member: str, collected: Path, practical: str) -> Submission:
    shared = replace(
        one,
        student_id=member,
        handed_in_as=one.student_id,
        group=group,
        notes=[*one.notes, f"Handed in by the group {group}."],
    )
    if one.notebook is None or member == one.student_id:
        return shared
    target = collected / member / practical
    for path in (one.notebook, one.notebook.with_name(TIMESTAMP)):
        if path.is_file() and not _same(path, target / path.name):
            write_atomically(target / path.name, path.read_bytes())
        elif not path.is_file():
            (target / path.name).unlink(missing_ok=True)
    return replace(shared, notebook=target / one.notebook.name)


def _content(one: Submission) -> bytes | str:
    """What was handed in; platforms give a group's hand-in out once for each member."""
    return one.problem if one.notebook is None else one.notebook.read_bytes()


def _same(path: Path, other: Path) -> bool:
    return other.is_file() and other.read_bytes() == path.read_bytes()
