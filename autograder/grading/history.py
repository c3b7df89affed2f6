"""The history of a submission's marks: what a page showed before, what it shows now, when and why."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from nbgrader.api import Gradebook

from autograder.grading.record import Record
from autograder.grading.results import recorded_submission

BY_HAND = "marked by a person"


def note_recorded(record: Record, book: Gradebook, practical: str, student_id: str, why: str = "") -> None:
    """`note_changes`, of the marks that the gradebook has; without any, nothing is noted."""
    submission = recorded_submission(book, practical, student_id)
    if submission is None:
        return
    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
    now = {
        grade.name: grade.score
        for grade in grades
        if grade.auto_score is not None or grade.manual_score is not None
    }
    note_changes(record, now, {grade.name for grade in grades if grade.manual_score is not None}, why)


def note_changes(record: Record, now: Mapping[str, float], by_hand: Collection[str], why: str = "") -> None:
    """Add to a record what differs from the marks that its page showed; the first marks are not a change.

    Args:
        record: changed in place, and to be written before the page is.
        now: the marks as they are now, by cell; cells without a mark are left out.
        by_hand: the cells that a person marked.
        why: the reason, for the student; where it is empty, a mark that a person gave says so.
    """
    for name, score in now.items():
        if name in record.scores and record.scores[name] != score:
            record.changes.append(
                {
                    "cell": name,
                    "before": record.scores[name],
                    "after": score,
                    "when": f"{datetime.now(UTC):%Y-%m-%d}",
                    "why": why or (BY_HAND if name in by_hand else ""),
                }
            )
    record.scores = dict(now)
