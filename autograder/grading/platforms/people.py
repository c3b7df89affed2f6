"""Whose a hand-in is: what a platform says of a person, against the class list in the gradebook."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from autograder.errors import PracticalsError
from autograder.grading.dates import moment
from autograder.grading.platforms.hand_ins import HandIn, Whom
from autograder.grading.students import NAMED, Student
from autograder.grading.tables import csv_rows

LOGIN = "github_username"  # a column of both of GitHub Classroom's lists; the next two name the student
IDENTIFIERS = ("roster_identifier", "identifier")
SUBMITTED = "submission_timestamp"  # of the list of grades
PARTICIPANT = re.compile(r"\D*(\d+)")  # "Participant 123", in the language of the site


class UnknownError(Exception):
    """It cannot be said whose a hand-in is; the text says why and what to do."""


def names(student: Student) -> set[str]:
    """A student's full name as `folded` makes it, in both orders; empty without a name."""
    both = {student.first_name + student.last_name, student.last_name + student.first_name}
    return {name for name in map(folded, both) if name}


def folded(text: str) -> str:
    """A name as platforms that drop signs, spaces and capitals still have it: its letters and digits."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def same_id(text: str) -> str:
    """A student id as ids compare: composed Unicode, no capitals."""
    return unicodedata.normalize("NFC", text.strip()).casefold()


class People:
    """The class list, searched by what a platform says of a person."""

    def __init__(self, people: Iterable[Student]):
        self.people = list(people)

    def whose(self, whom: Whom) -> Student:
        """The student; the first of number, id, address and name that the platform says and the list knows.

        Raises:
            UnknownError: nobody in the list is meant, or more than one.
        """
        ids = {same_id(text) for text in (whom.id, whom.login) if text}
        by_id = [one for one in self.people if same_id(one.id) in ids]
        by_id = [one for one in by_id if one.id == whom.id] or by_id
        by_number = [one for one in self.people if whom.lms_user_id and one.lms_user_id == whom.lms_user_id]
        address = same_id(whom.email)
        by_address = [one for one in self.people if address and same_id(one.email) == address]
        ways = [found for found in (by_number, by_id, by_address) if found]
        found = [one for one in ways[0] if all(one in others for others in ways)] if ways else []
        if ways and not found:
            raise UnknownError("id and e-mail address are those of different students")
        if not ways and (name := folded(whom.name)):
            found = [one for one in self.people if name in names(one)]
            if whom.lms_user_id:  # who has another number in Canvas is another person of the same name
                found = [one for one in found if not one.lms_user_id]
        if len(found) == 1:
            return found[0]
        if found:
            raise UnknownError(f"it could be any of {', '.join(one.id for one in found[:NAMED])}")
        raise UnknownError("nobody in the class list is meant")


def with_list(hand_ins: list[HandIn], file: Path) -> list[HandIn]:
    """Hand-ins with what another list of the platform says of the people.

    Args:
        hand_ins: as found.
        file: Moodle's grading worksheet, which says who a participant is, or GitHub Classroom's roster or
            grades, which say whose a login is (and, the grades, when it was handed in).

    Raises:
        PracticalsError: it is neither, or cannot be read.
    """
    rows = [row for _, row in csv_rows(file) if any(cell.strip() for cell in row)]
    header = [title.strip().lower() for title in rows[0]] if rows else []
    if LOGIN in header and (identifier := next((one for one in IDENTIFIERS if one in header), None)):
        return _with_logins(hand_ins, [dict(zip(header, row, strict=False)) for row in rows[1:]], identifier)
    participants = {
        match[1]: row for row in rows[1:] if (match := PARTICIPANT.fullmatch(row[0].strip())) and len(row) > 1
    }
    if not participants or len(participants) != len(rows) - 1:
        raise PracticalsError(
            f"{file} is neither Moodle's grading worksheet nor a list of GitHub Classroom's",
            "Download it again: Moodle's rows begin “Participant 123”, GitHub's have a github_username",
        )
    return [_with_participant(one, participants) for one in hand_ins]


def whom_of_row(row: list[str]) -> Whom:
    """Whose row of Moodle's grading worksheet it is.

    Titles are translated, so cells are known by what is in them: after the participant comes the name.
    """
    email = next((cell.strip() for cell in row[2:] if "@" in cell and " " not in cell.strip()), "")
    return Whom(said=row[0], name=row[1].strip(), email=email)


def _with_participant(hand_in: HandIn, rows: dict[str, list[str]]) -> HandIn:
    row = rows.get(hand_in.whom.participant)
    if row is None:
        return hand_in
    said = whom_of_row(row)
    return replace(hand_in, whom=replace(hand_in.whom, name=said.name, email=said.email))


def _with_logins(hand_ins: list[HandIn], rows: list[dict[str, str]], identifier: str) -> list[HandIn]:
    by_login = {same_id(row[LOGIN]): row for row in rows if row.get(LOGIN, "").strip()}
    found = []
    for one in hand_ins:
        row = by_login.get(same_id(one.whom.login)) if one.whom.login else None
        if row is None:
            found.append(one)
            continue
        said = row.get(identifier, "").strip()
        whom = replace(one.whom, id=said, email=said, name=row.get("name", "").strip() or said, login="")
        found.append(replace(one, whom=whom, at=_moment(row.get(SUBMITTED, "")) or one.at))
    return found


def _moment(text: str) -> datetime | None:
    try:
        return moment(text.strip())
    except PracticalsError:
        return None
