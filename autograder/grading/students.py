"""The students of a class list, as nbgrader's gradebook has them, and students in a sentence."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the command line lists the forms of exports, and must not wait for nbgrader
    from nbgrader.api import Gradebook

NAMED = 10  # students that a sentence names


@dataclass(frozen=True)
class Student:
    """A student as nbgrader's gradebook has them; `lms_user_id` is the number that Canvas knows them by."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""


def class_list(book: "Gradebook") -> list[Student]:
    """The students of a gradebook."""
    return [
        Student(one.id, one.first_name or "", one.last_name or "", one.email or "", one.lms_user_id or "")
        for one in book.students
    ]


def named(ids: Iterable[str]) -> str:
    """Students in a sentence: how many, and who, at most `NAMED` of them."""
    ids = list(ids)
    more = f" and {len(ids) - NAMED} more" if len(ids) > NAMED else ""
    return f"{len(ids)} ({', '.join(ids[:NAMED])}{more})"
