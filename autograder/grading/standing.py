"""What counts of a submission: points of its cells, marks given by hand, comments, and how late it is."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import Select, or_, select


@dataclass(frozen=True)
class Earned:
    """What an executed notebook earned, as nbgrader's autograder says.

    Args:
        scores: by graded cell; None where a person has to mark it.
        most: points that each graded cell counts.
        comments: by answer cell, nbgrader's own comment, or None.
    """

    scores: dict[str, float | None]
    most: dict[str, float]
    comments: dict[str, str | None]


@dataclass(frozen=True)
class Given:
    """What a gradebook has of a submission that grading leaves as it is.

    Args:
        manual: marks given by hand, by cell.
        extra: extra credit, by cell.
        comments: written by a person, by cell.
        submitted: when an earlier one was handed in, UTC without time zone.
        due: when it is due for this student, UTC without time zone; None where that is not known.
    """

    manual: dict[str, float] = field(default_factory=dict)
    extra: dict[str, float] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)
    submitted: datetime | None = None
    due: datetime | None = None


@dataclass(frozen=True)
class Mark:
    """The mark of a graded cell, as the gradebook will have it."""

    score: float
    most: float
    is_marked: bool
    is_by_hand: bool

    @property
    def needs_manual_grade(self) -> bool:
        """Whether a person is to look at it: there is no mark yet, or it was given for an earlier answer."""
        return self.is_by_hand or not self.is_marked


@dataclass(frozen=True)
class Marks:
    """All that a feedback page shows of the gradebook.

    Args:
        cells: of each graded cell.
        comments: by answer cell.
        submitted: UTC without time zone, or None.
        late: seconds after the student's due date.
        penalty: in points, or None.
    """

    cells: dict[str, Mark]
    comments: dict[str, str | None]
    submitted: datetime | None
    late: float
    penalty: float | None

    @property
    def score(self) -> float:
        """The points of all cells, without the penalty."""
        return math.fsum(mark.score for mark in self.cells.values())


def marks(
    earned: Earned, given: Given, submitted: datetime | None, penalty: Callable[[float, float], float | None]
) -> Marks:
    """What the gradebook will have of a submission once it is recorded.

    Args:
        earned: what its notebook earned.
        given: what the gradebook has of it now.
        submitted: when it was handed in; None leaves what the gradebook has.
        penalty: for the score and the seconds that it is late.
    """
    cells = {}
    for name, auto in earned.scores.items():
        by_hand = given.manual.get(name)
        score = auto if by_hand is None else by_hand
        cells[name] = Mark(
            score=0.0 if score is None else float(score + given.extra.get(name, 0.0)),
            most=float(earned.most[name]),
            is_marked=score is not None,
            is_by_hand=by_hand is not None,
        )
    comments = {name: given.comments.get(name, comment) for name, comment in earned.comments.items()}
    submitted = submitted or given.submitted
    late = 0 if submitted is None or given.due is None else max(0, (submitted - given.due).total_seconds())
    without = Marks(cells, comments, submitted, late, None)
    return Marks(cells, comments, submitted, late, penalty(without.score, late))


def read_given(book: Gradebook, practical: str) -> tuple[Mapping[str, Given], datetime | None]:
    """What the gradebook has of each submission, by student id, and when the practical is due."""
    due = book.find_assignment(practical).duedate
    db = book.db
    found = {
        student: Given(submitted=submitted, due=due + extension if due and extension else due)
        for student, submitted, extension in db.execute(
            select(
                SubmittedAssignment.student_id, SubmittedAssignment.timestamp, SubmittedAssignment.extension
            )
            .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
            .where(Assignment.name == practical)
        )
    }
    for student, cell, manual, extra in db.execute(
        _of_cells(practical, Grade, Grade.manual_score, Grade.extra_credit)
    ):
        if manual is not None:
            found[student].manual[cell] = manual
        if extra is not None:
            found[student].extra[cell] = extra
    for student, cell, comment in db.execute(_of_cells(practical, Comment, Comment.manual_comment)):
        found[student].comments[cell] = comment
    return found, due


def _of_cells(practical: str, table: Any, *columns: Any) -> Select:
    """Student, name of the cell and these columns, where one of them has something."""
    return (
        select(SubmittedAssignment.student_id, BaseCell.name, *columns)
        .select_from(table)
        .join(BaseCell, BaseCell.id == table.cell_id)
        .join(SubmittedNotebook, SubmittedNotebook.id == table.notebook_id)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .where(Assignment.name == practical, or_(*(column.is_not(None) for column in columns)))
    )
