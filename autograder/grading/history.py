"""The history of a submission's marks: what a page showed before, what it shows now, when and why."""

from datetime import UTC, datetime

from nbgrader.api import Gradebook

from autograder.grading.record import Record
from autograder.grading.results import recorded_submission

BY_HAND = "marked by a person"


def note_changes(record: Record, book: Gradebook, practical: str, student_id: str, why: str = "") -> None:
    """Add to a record what differs from the marks that its page showed; the first marks are not a change.

    Args:
        record: changed in place, and to be written before the page is.
        book: the gradebook, with the marks as they are now.
        practical: name of the practical.
        student_id: whose.
        why: the reason, for the student; where it is empty, a mark that a person gave says so.
    """
    submission = recorded_submission(book, practical, student_id)
    if submission is None:
        return
    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
    now = {
        grade.name: grade.score
        for grade in grades
        if grade.auto_score is not None or grade.manual_score is not None
    }
    by_hand = {grade.name for grade in grades if grade.manual_score is not None}
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
    record.scores = now
