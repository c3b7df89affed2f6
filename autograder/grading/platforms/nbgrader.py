"""nbgrader's own layouts: a class folder, the exchange's inbound folder, and what `zip_collect` takes."""

import re
from datetime import datetime
from pathlib import PurePosixPath

from autograder.errors import PracticalsError
from autograder.grading.dates import moment
from autograder.grading.platforms.hand_ins import Asked, Found, HandIn, Whom
from autograder.grading.platforms.trees import Read, RefusedError, Tree

TIMESTAMP = "timestamp.txt"
TIME_OF_AN_ATTEMPT = "%Y-%m-%d-%H-%M-%S"


def find_inbound(tree: Tree, asked: Asked) -> Found | None:
    """`<student>+<practical>+<time>[+<random>]/…`: nbgrader/exchange/default/submit.py, `init_dest`.

    A student id may have `+` in it, a practical's name may not.
    """
    name = re.compile(
        rf"(?P<student>.+)\+(?P<practical>{_any_of(asked.practicals)})\+"
        r"(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? [^+/]+|[^+/]+ [+-]\d{4})(?:\+(?P<random>[^+/]+))?"
    )
    trees = tree.by_folder()
    matches = {folder: name.fullmatch(folder) for folder in trees}
    hand_ins = [
        HandIn(
            Whom(said=folder, id=match["student"]),
            trees[folder].files,
            _moment(match["time"], asked.zone),
            practical=match["practical"],
            trusted_times=True,
        )
        for folder, match in matches.items()
        if match
    ]
    left_out = [folder for folder, match in matches.items() if not match]
    return Found("the exchange's inbound folder", hand_ins, left_out) if hand_ins else None


def find_class(tree: Tree, asked: Asked) -> Found | None:
    """`<student>/<practical>/…`: nbgrader's `CourseDirectory.directory_structure`."""
    hand_ins, left_out = [], []
    for student, own in tree.by_folder().items():
        parts = own.by_folder()
        practicals = [name for name in parts if name in asked.practicals]
        if not practicals:
            left_out.append(student)
        for practical in practicals:
            files = parts[practical].files
            at = _moment(_said(files.get(TIMESTAMP)), asked.zone)
            whom = Whom(said=student, id=student)
            hand_ins.append(HandIn(whom, files, at, practical=practical, trusted_times=True))
    return Found("a class folder", hand_ins, left_out) if hand_ins else None


def find_attempts(tree: Tree, asked: Asked) -> Found | None:
    """Files of `zip_collect` under the names that nbgrader documents.

    `<practical>_<student>_attempt_<time>_<file>`: nbgrader/plugins/zipcollect.py. A time without zone is UTC,
    as nbgrader/utils.py reads it (`parse_utc`).
    """
    of_ours = _any_of(asked.practicals)
    name = rf"(?:{of_ours})_(?P<student_id>.+)_attempt_(?P<timestamp>[\d-]+)_(?P<file_id>.+)"
    return _attempts(tree, re.compile(name), asked.zone)


def find_by_rule(tree: Tree, asked: Asked) -> Found | None:
    """Files of `zip_collect` under the names that the course's `FileNameCollectorPlugin.named_regexp` says.

    Raises:
        PracticalsError: the rule is not a regular expression with the groups that nbgrader wants.
    """
    if not asked.named_regexp:
        return None
    try:
        name = re.compile(asked.named_regexp)
    except re.error as error:
        raise _wrong_rule(f"is not a regular expression ({error})") from error
    if not {"student_id", "file_id"} <= set(name.groupindex):
        raise _wrong_rule("names no student_id and file_id")
    return _attempts(tree, name, asked.zone)


def _attempts(tree: Tree, name: re.Pattern[str], zone: str) -> Found | None:
    files: dict[tuple[str, str], dict[str, Read]] = {}
    left_out = []
    for path, read in tree.files.items():
        file = path.rpartition("/")[2]
        match = name.match(path) or name.match(file)
        said = match.groupdict() if match else {}
        if not said.get("student_id"):
            left_out.append(path)
            continue
        attempt = files.setdefault((said["student_id"], said.get("timestamp") or ""), {})
        named = PurePosixPath(said["file_id"] or file).stem + PurePosixPath(file).suffix
        attempt[file if named in attempt else named] = read
    hand_ins = [
        HandIn(Whom(said="_".join(filter(None, key)), id=key[0]), mine, _attempt(key[1], zone))
        for key, mine in files.items()
    ]
    return Found("files as zip_collect takes them", hand_ins, left_out) if hand_ins else None


def _any_of(names: list[str]) -> str:
    return "|".join(map(re.escape, names))


def _said(read: Read | None) -> str:
    if read is None:
        return ""
    try:
        return read().decode(errors="replace").strip()[:100]
    except RefusedError:
        return ""


def _moment(text: str, zone: str) -> datetime | None:
    try:
        return moment(text, zone)
    except PracticalsError:
        return None


def _attempt(text: str, zone: str) -> datetime | None:
    try:
        return datetime.strptime(text, TIME_OF_AN_ATTEMPT)
    except ValueError:
        return _moment(text, zone)


def _wrong_rule(problem: str) -> PracticalsError:
    return PracticalsError(
        f"c.FileNameCollectorPlugin.named_regexp in nbgrader_config.py {problem}", "Correct or remove it"
    )
