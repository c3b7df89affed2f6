"""Puts what many submissions earned into nbgrader's own tables, in one transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    new_uuid,
)
from sqlalchemy import ColumnElement, bindparam, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from autograder.grading.gradebook import ClassGradebook
from autograder.grading.standing import Earned

NEW = "new_"  # before the name of a column: its new value


def record_all(
    gradebook: ClassGradebook, book: Gradebook, earned: Mapping[str, tuple[Earned, datetime | None]]
) -> None:
    """Record submissions as nbgrader's `Autograde` does, all of them or none.

    Marks given by hand, extra credit, comments and extensions stay. Tables and what stands in them are
    nbgrader's, whose own API commits each score and each comment by itself.

    Args:
        gradebook: of the practical; its cells are recorded.
        book: the same, open.
        earned: by student id, what the submission earned, and when it was handed in: UTC without time zone;
            None leaves what the gradebook has.
    """
    earned = dict(sorted(earned.items()))  # in one order, so that two programs never wait for each other
    try:
        _record_all(gradebook, book, earned)
    except IntegrityError:  # another program, such as a run for another practical, put in the same student
        _record_all(gradebook, book, earned)


def _record_all(
    gradebook: ClassGradebook, book: Gradebook, earned: Mapping[str, tuple[Earned, datetime | None]]
) -> None:
    try:
        _put_all(book.db, gradebook.practical, earned)
        gradebook.assign_late_penalties(book, list(earned))
        book.db.commit()
    except BaseException:
        book.db.rollback()
        raise


def _put_all(db: Any, practical: str, earned: Mapping[str, tuple[Earned, datetime | None]]) -> None:
    assignment, notebook = db.execute(
        select(Assignment.id, Notebook.id)
        .join(Notebook, Notebook.assignment_id == Assignment.id)
        .where(Assignment.name == practical, Notebook.name == practical)
    ).one()
    cells: dict[str, dict[str, str]] = {"GradeCell": {}, "SolutionCell": {}, "TaskCell": {}}
    of_notebook = BaseCell.notebook_id == notebook
    for kind, name, cell in db.execute(select(BaseCell.type, BaseCell.name, BaseCell.id).where(of_notebook)):
        cells[kind][name] = cell

    _put(db, Student, "id", [{"id": student} for student in earned])
    submissions = _put(
        db, SubmittedAssignment, "student_id assignment_id",
        [
            {"student_id": student, "assignment_id": assignment, "timestamp": submitted}
            for student, (_, submitted) in earned.items()
        ],
        timestamp=func.coalesce(_new(SubmittedAssignment, "timestamp"), SubmittedAssignment.timestamp),
    )  # fmt: skip
    notebooks = _put(
        db, SubmittedNotebook, "assignment_id notebook_id",
        [{"assignment_id": one, "notebook_id": notebook} for one in submissions.values()],
    )  # fmt: skip
    of = {student: notebooks[one, notebook] for (student, _), one in submissions.items()}
    _put(
        db, Grade, "notebook_id cell_id",
        [
            {
                "notebook_id": of[student], "cell_id": cells["GradeCell"][name],
                "auto_score": score, "needs_manual_grade": score is None,
            }
            for student, (one, _) in earned.items()
            for name, score in one.scores.items()
        ],
        auto_score=_new(Grade, "auto_score"),
        # where a person gave a mark, perhaps just now, it was for an earlier answer
        needs_manual_grade=or_(Grade.manual_score.is_not(None), _new(Grade, "needs_manual_grade")),
    )  # fmt: skip
    _put(
        db, Grade, "notebook_id cell_id",
        [
            {"notebook_id": of[student], "cell_id": cell}
            for student in earned
            for cell in cells["TaskCell"].values()
        ],
    )  # fmt: skip
    _put(
        db, Comment, "notebook_id cell_id",
        [
            {"notebook_id": of[student], "cell_id": cell, "auto_comment": one.comments[name]}
            for student, (one, _) in earned.items()
            for name, cell in {**cells["SolutionCell"], **cells["TaskCell"]}.items()
        ],
        auto_comment=_new(Comment, "auto_comment"),
    )  # fmt: skip


def _put(
    db: Any, kind: Any, keys: str, rows: list[dict[str, Any]], **changes: ColumnElement
) -> dict[Any, str]:
    """Insert rows, or change those that are there.

    Args:
        db: the session.
        kind: nbgrader's class of the table.
        keys: the columns by which a row is known.
        rows: with their keys.
        changes: of a row that is there, by column.

    Returns:
        the id of each row, by its keys, in a tuple.
    """
    if not rows:
        return {}
    table, by = kind.__table__, keys.split()
    here = [table.c[key].in_({row[key] for row in rows}) for key in by]
    found = {
        tuple(of): one
        for one, *of in db.execute(select(table.c.id, *(table.c[key] for key in by)).where(*here))
    }
    keyed = {tuple(row[key] for key in by): row for row in rows}
    new = {key: row.get("id") or new_uuid() for key, row in keyed.items() if key not in found}
    if new:
        db.execute(insert(table), [{**keyed[key], "id": one} for key, one in new.items()])
    old = [
        {"row": found[key], **{f"{NEW}{column}": row[column] for column in changes}}
        for key, row in keyed.items()
        if key in found
    ]
    if old and changes:
        statement = update(table).where(table.c.id == bindparam("row")).values(changes)
        db.connection().execute(statement, old)
    return found | new


def _new(kind: Any, column: str) -> ColumnElement:
    return bindparam(f"{NEW}{column}", type_=kind.__table__.c[column].type)
