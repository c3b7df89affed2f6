"""Brings what a platform gives out into nbgrader's layout, submitted/STUDENT/PRACTICAL: all or nothing."""

import fcntl
import re
import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from autograder.errors import PracticalsError
from autograder.files import writable, write_atomically
from autograder.grading.backup import before_writing
from autograder.grading.collect import SECRET, TIMESTAMP, student_id_problem
from autograder.grading.course import Course
from autograder.grading.dates import in_zone
from autograder.grading.groups import read_groups
from autograder.grading.platforms import canvas, github, gradescope, moodle, nbgrader
from autograder.grading.platforms.hand_ins import Asked, Finder, Found, HandIn
from autograder.grading.platforms.people import People, UnknownError, folded, names, with_list
from autograder.grading.platforms.trees import (
    Budget,
    Read,
    RefusedError,
    Tree,
    UnusableError,
    open_tree,
    safe_name,
    unpacked,
)
from autograder.grading.students import NAMED, Student, class_list, named
from autograder.practical.paths import practical_names

FINDERS: tuple[Finder, ...] = (
    gradescope.find, github.find, nbgrader.find_inbound, moodle.find, nbgrader.find_attempts,
    nbgrader.find_class, canvas.find, nbgrader.find_by_rule,
)  # fmt: skip
MAX_WRAPPERS = 3  # folders around the hand-ins that archiving again, or a browser, added
MAX_NAME_BYTES = 200  # of a file's name; what is longer keeps its end
GRADE_ID = re.compile(rb'"grade_id":\s*"([^"\\]+)"')
LOOKED_AT = 30  # hand-ins by which the practical is told
NOTHING = "Nothing was written"
TEMPORARY = ".collect-"  # in the class folder: hand-ins on their way

Take = Callable[[str, str], str]  # student, practical → what became of the folder


@dataclass(frozen=True)
class Collected:
    """What was collected.

    Args:
        platform: in words.
        hand_ins: how many there were.
        written: student ids by practical, then by what became of the folder: "new", "replaced", "as before".
        unknown: sentences on hand-ins of which it is not known whose they are; they were left out.
        notes: sentences on what else there is to know.
    """

    platform: str
    hand_ins: int
    written: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def receive(
    course: Course, source: Path, practical: str = "", due: datetime | None = None, people: Path | None = None
) -> Collected:
    """Collect hand-ins from a platform's archive or folder into `course.class_folder`.

    Of several attempts of a student, the last before the due date is taken; the last where none was in time.

    Args:
        course: any practical of the course; its gradebook has the class list and the due dates.
        source: the archive or folder.
        practical: of which they are; default: as the platform's names say, else whose cells most have.
        due: the due date, UTC without time zone, kept in the gradebook; default: as the gradebook says.
        people: another list of the platform's, see `people.with_list`.

    Raises:
        PracticalsError: the source is of no known shape, damaged, dangerous or too large, no hand-in in it
            could be assigned to a student, or the folder cannot be written. Nothing is written then.
    """
    budget = Budget()
    try:
        with open_tree(source, budget) as tree:
            asked = Asked(
                source.resolve().name,
                [practical] if practical else practical_names(course.root),
                course.zone,
                str(course.settings.FileNameCollectorPlugin.get("named_regexp", "")),
            )
            found = _found(tree, asked, source)
            if people is not None:
                found = replace(found, hand_ins=with_list(found.hand_ins, people))
            return _receive(course, found, practical, due, budget)
    except (RefusedError, UnusableError) as error:
        raise PracticalsError(
            f"{source}: {error}", "Download it again, or take that out of it; nothing was written"
        ) from error


def _found(tree: Tree, asked: Asked, source: Path) -> Found:
    """The hand-ins by the first form that fits, also below folders that only wrap them."""
    for _ in range(MAX_WRAPPERS):
        for find in FINDERS:
            if found := find(tree, asked):
                return replace(found, left_out=[*found.left_out, *tree.passed_over])
        folders = tree.folders()
        if len(folders) != 1 or any("/" not in name for name in tree.files):
            break
        asked = replace(asked, path_name=folders[0])
        tree = tree.by_folder()[folders[0]]
    raise PracticalsError(
        f"{source} has the form of no platform that is known",
        "docs/exports.md says how they name their files; or put each at STUDENT/PRACTICAL/ in a folder, and "
        f"name that. {NOTHING}",
    )


def _receive(course: Course, found: Found, practical: str, due: datetime | None, budget: Budget) -> Collected:
    collected = Collected(found.platform, len(found.hand_ins))
    if found.left_out:
        collected.notes.append(f"Left out, since it is nobody's hand-in: {named(found.left_out)}.")
    hand_ins = _with_practical(course, found.hand_ins, practical)
    assigned = _assigned(course, hand_ins, collected)
    with _class_folder(course.class_folder) as (temporary, take):
        for (name, student), attempts in sorted(assigned.items()):
            one = _chosen(course, name, student, attempts, due, collected)
            files, notes = unpacked(one.files, budget)
            notes += ["There is no file in this hand-in."] * (not files)
            notes += _write(temporary / student / name, files, one)
            collected.notes.extend(f"{student}: {note}" for note in notes)
        for name, student in sorted(assigned):
            collected.written.setdefault(name, {}).setdefault(take(student, name), []).append(student)
        if due is not None:
            collected.notes.extend(filter(None, [_keep(course, due, list(collected.written))]))
    late = sorted(student for (_, student), attempts in assigned.items() if any(one.late for one in attempts))
    if late:
        collected.notes.append(
            f"Late, says the platform, without saying when: {named(late)}. For a penalty, write the time "
            f"into {TIMESTAMP} beside the notebook."
        )
    return collected


def _with_practical(course: Course, hand_ins: list[HandIn], practical: str) -> list[HandIn]:
    """Hand-ins with their practical: the one that was named, the path's, or that of most of their cells."""
    if practical:
        return [replace(one, practical=practical) for one in hand_ins]
    unsaid = [one for one in hand_ins if not one.practical]
    if not unsaid:
        return hand_ins
    cells = {
        name: set(GRADE_ID.findall(path.read_bytes()))
        for name in practical_names(course.root)
        if (path := course.root / "source" / name / f"{name}.ipynb").is_file()
    }
    votes: Counter[str] = Counter()
    for one in unsaid[:LOOKED_AT]:
        ids = _grade_ids(one)
        votes.update(name for name in cells if ids and len(ids & cells[name]) * 2 > len(ids))
    ranked = votes.most_common(2)
    if not ranked or (len(ranked) == 2 and ranked[0][1] == ranked[1][1]):
        raise PracticalsError(
            "the hand-ins do not say of which practical they are",
            f"Name it behind the file, such as {next(iter(cells), 'p01')}. {NOTHING}",
        )
    return [replace(one, practical=one.practical or ranked[0][0]) for one in hand_ins]


def _grade_ids(hand_in: HandIn) -> set[bytes]:
    """The names of the cells in all notebooks of a hand-in."""
    found: set[bytes] = set()
    for name, read in unpacked(hand_in.files, Budget())[0].items():
        if ".ipynb" in name.lower():
            with suppress(RefusedError):
                found.update(GRADE_ID.findall(read()))
    return found


def _assigned(
    course: Course, hand_ins: list[HandIn], collected: Collected
) -> dict[tuple[str, str], list[HandIn]]:
    """Attempts by practical and student; those of nobody that is known go to `collected.unknown`."""
    listed: list[Student] = []
    if not course.gradebook.is_missing():
        with course.gradebook.open() as book:
            listed = class_list(book)
    if not listed and not all(one.whom.is_id_alone for one in hand_ins):
        raise PracticalsError(
            f"{collected.platform} name people, and the gradebook has no class list to find them in",
            f"Put it in first: practicals roster FILE. {NOTHING}",
        )
    people = People(listed)
    groups = _Groups(course, listed)
    assigned: dict[tuple[str, str], list[HandIn]] = defaultdict(list)
    for one in hand_ins:
        try:
            if listed and (group := groups.named(one)):
                attempts = assigned[one.practical, group]
                # Moodle gives it out once for each member
                if not any(_same_files(one, other) for other in attempts):
                    attempts.append(one)
                continue
            student = people.whose(one.whom).id if listed else one.whom.id
            if problem := student_id_problem(student):
                raise UnknownError(problem)
            assigned[one.practical, student].append(one)
        except UnknownError as error:
            collected.unknown.append(f"{one.whom.said!r}: {error}")
    for key, attempts in list(assigned.items()):
        if len({one.whom.account for one in attempts}) > 1:
            said = ", ".join(repr(one.whom.said) for one in attempts)
            collected.unknown.append(f"{said}: different accounts, and each could be {key[1]}")
            del assigned[key]
    if not assigned:
        raise PracticalsError(
            f"no hand-in could be assigned to a student: {'; '.join(collected.unknown[:NAMED])}",
            f"Renew the class list with `practicals roster`, or give the platform's own: --people. {NOTHING}",
        )
    handed_in = {student for _, student in assigned}
    handed_in |= {member for key in assigned for member in groups.members(*key)}
    if listed and (missing := sorted(one.id for one in listed if one.id not in handed_in)):
        collected.notes.append(f"Nothing collected of {named(missing)}.")
    return assigned


def _same_files(one: HandIn, other: HandIn) -> bool:
    return one.files.keys() == other.files.keys() and all(
        read() == other.files[name]() for name, read in one.files.items()
    )


class _Groups:
    """The groups of the class folder's groups.csv, by what a platform calls their hand-ins."""

    def __init__(self, course: Course, listed: list[Student]):
        self.course = course
        self.people = {one.id: one for one in listed}
        self.by_practical: dict[str, dict[str, tuple[str, ...]]] = {}

    def of(self, practical: str) -> dict[str, tuple[str, ...]]:
        """The groups of a practical."""
        if practical not in self.by_practical:
            self.by_practical[practical] = read_groups(
                self.course.class_folder, practical, lambda: self.people
            )
        return self.by_practical[practical]

    def members(self, practical: str, name: str) -> tuple[str, ...]:
        """Who is in the group of that name, or with a student of that name."""
        groups = self.of(practical)
        return groups.get(name, next((members for members in groups.values() if name in members), ()))

    def named(self, hand_in: HandIn) -> str:
        """The group whose name a hand-in has, alone or, as in Moodle, before a member's; "" for none."""
        said = {folded(text) for text in (hand_in.whom.name, hand_in.whom.id) if text}
        for group, members in self.of(hand_in.practical).items():
            own = {name for id in members if id in self.people for name in names(self.people[id])}
            if said & {folded(group), *(folded(group) + name for name in own)}:
                return group
        return ""


def _chosen(
    course: Course,
    practical: str,
    student: str,
    attempts: list[HandIn],
    due: datetime | None,
    collected: Collected,
) -> HandIn:
    """The last attempt before the due date; the last where none was in time; said where there are several."""
    if len(attempts) == 1:
        return attempts[0]
    by_time = sorted((one.at, number) for number, one in enumerate(attempts) if one.at is not None)
    if len(by_time) < len(attempts):
        raise PracticalsError(
            f"{student} has {len(attempts)} hand-ins of {practical} and it is not known which is the last: "
            f"{named([one.whom.said for one in attempts])}",
            f"Take all but one away. {NOTHING}",
        )
    due = _due(course, practical, student, due)
    in_time = [(at, number) for at, number in by_time if due is None or at <= due]
    at, number = (in_time or by_time)[-1]
    why = "the last"
    if due is not None:
        why = f"the last before {in_zone(due, course.zone)}" if in_time else "the last, and all are late"
    collected.notes.append(f"{student}: {len(attempts)} hand-ins; taken: {in_zone(at, course.zone)}, {why}.")
    return attempts[number]


def _due(course: Course, practical: str, student: str, due: datetime | None) -> datetime | None:
    """When the practical is due for a student: as said, or as the gradebook says; an extension is added."""
    if course.gradebook.is_missing():
        return due
    with course.gradebook.open() as book:
        if practical not in {one.name for one in book.assignments}:
            return due
        due = due or book.find_assignment(practical).duedate
        extensions = [one.extension for one in book.student_submissions(student) if one.name == practical]
    return due + extensions[0] if due and extensions and extensions[0] else due


def _keep(course: Course, due: datetime, practicals: list[str]) -> str:
    """Put a due date into the gradebook; return what there is to say of a backup."""
    writable(course.output)
    said = before_writing(course)
    course.gradebook.make()
    with course.gradebook.open() as book:
        for practical in practicals:
            book.update_or_create_assignment(practical, duedate=due)
    return said


def _write(folder: Path, files: dict[str, Read], hand_in: HandIn) -> list[str]:
    """Write a hand-in's files and the time of it; return sentences on files that were left out."""
    notes = []
    folder.mkdir(parents=True)
    for name, read in files.items():
        if name in (TIMESTAMP, SECRET) and not hand_in.trusted_times:
            notes.append(f"{name!r} was left out: it would count as nbgrader's own.")
            continue
        try:
            path = _free(folder, _short(safe_name(name)))
            content = read()
        except RefusedError as error:
            notes.append(f"{name!r} was left out: {error}.")
            continue
        write_atomically(path, content)
    if hand_in.at is not None and not (folder / TIMESTAMP).exists():
        write_atomically(folder / TIMESTAMP, f"{hand_in.at} UTC\n")
    return notes


def _short(name: str) -> str:
    return "/".join(part.encode()[-MAX_NAME_BYTES:].decode(errors="ignore") for part in name.split("/"))


def _free(folder: Path, name: str) -> Path:
    """Where a file goes: beside its name, or out of its folders, where something of that name is already."""
    if any(parent.is_file() for parent in (folder / name).parents):
        name = name.replace("/", "_")
    path, number = folder / name, 1
    while path.exists():
        number += 1
        path = (folder / name).with_name(f"{Path(name).stem} ({number}){Path(name).suffix}")
    return path


@contextmanager
def _class_folder(folder: Path) -> Iterator[tuple[Path, Take]]:
    """A temporary folder in the class folder, and what takes a hand-in from it; an error takes all back."""
    writable(folder)
    _put_back(folder)
    temporary = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=folder))
    new, old = temporary / "new", temporary / "old"
    moved: list[tuple[Path, Path]] = []

    def move(there: Path, here: Path) -> None:
        here.parent.mkdir(parents=True, exist_ok=True)
        there.rename(here)
        moved.append((there, here))

    def take(student: str, practical: str) -> str:
        source, target = new / student / practical, folder / student / practical
        if any(one.is_symlink() or (one.exists() and not one.is_dir()) for one in (target.parent, target)):
            raise PracticalsError(f"{target} is a link, or no folder", f"Move it away. {NOTHING}")
        how = "new"
        if target.is_dir():
            if _content(source) == _content(target):
                return "as before"
            how = "replaced"
            move(target, old / student / practical)
        move(source, target)
        return how

    with (temporary / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield new, take
        except BaseException:
            for there, here in reversed(moved):
                there.parent.mkdir(exist_ok=True)
                here.rename(there)
                with suppress(OSError):  # it is not empty, but where this command made it
                    here.parent.rmdir()
            raise
        finally:
            shutil.rmtree(temporary)


def _put_back(folder: Path) -> None:
    """What a killed command had moved out of the class folder goes back where nothing came in its place."""
    for left in folder.glob(f"{TEMPORARY}*"):
        with suppress(OSError), (left / ".lock").open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # its command would hold it, were it at work
            for old in left.glob("old/*/*"):
                target = folder / old.parent.name / old.name
                if not target.exists():
                    target.parent.mkdir(exist_ok=True)
                    old.rename(target)
            shutil.rmtree(left)


def _content(folder: Path) -> dict[str, bytes]:
    """The files of a hand-in; a link as what it names, and so unlike a file that was collected."""
    return {
        str(path.relative_to(folder)): bytes(path.readlink()) if path.is_symlink() else path.read_bytes()
        for path in folder.rglob("*")
        if path.is_symlink() or path.is_file()
    }
