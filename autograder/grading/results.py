"""Results of a graded class: what the gradebook and the records beside it say, as CSV, JSON and a table."""

import json
import math
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from statistics import fmean

from nbgrader.api import Assignment, Grade, Gradebook, MissingEntry, SubmittedAssignment, SubmittedNotebook
from rich.markup import escape
from rich.table import Table
from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from autograder.files import csv_text
from autograder.grading.record import Record

COLUMNS = ["student_id", "assignment", "score", "max_score"]
AT_A_TIME = 200  # submissions of a large class that are in memory together
LAST_COLUMNS = ["status", "late_seconds", "late_penalty", "needs_manual_grading", "submitted"]


GRADED_BY_NBGRADER = Record(answered=1)  # stands in for the record that plain nbgrader does not write


@dataclass(frozen=True)
class CellScore:
    """The score of one graded cell; `score` is None until somebody has marked it by hand."""

    grade_id: str
    title: str
    score: float | None
    max_score: float
    needs_manual_grading: bool


@dataclass(frozen=True)
class Result:
    """One submission's result; see `as_json` for the fields."""

    student_id: str
    assignment: str
    graded: bool
    status: str
    remedy: str
    score: float | None
    max_score: float
    manual_points_pending: float
    late_seconds: float
    late_penalty: float
    submitted: datetime | None
    notes: list[str]
    seconds: float
    seconds_by_part: dict[str, float]
    cells: list[CellScore]


def read_results(
    book: Gradebook,
    autograded: Path,
    practical: str,
    titles: dict[str, str],
    students: Collection[str] | None = None,
) -> list[Result]:
    """The results of one practical, by student id.

    Args:
        book: the gradebook; scores, comments and times of submission are read from it.
        autograded: the folder with the records.
        practical: name of the practical.
        titles: of its graded cells, in their order, by `grade_id`.
        students: whose; default: everybody's.
    """
    max_score = book.find_assignment(practical).max_score
    results = {
        one.student_id: _result(one, autograded, practical, one.student_id, titles, max_score)
        for one in _submissions(book, practical, students)
        if _has_scores(one)
    }
    names = (
        {path.parent.name for path in autograded.glob(f"*/{practical}.json")}
        if students is None
        else set(students)
    )
    for name in names - results.keys():
        results[name] = _result(None, autograded, practical, name, titles, max_score)
    return [results[name] for name in sorted(results)]


def recorded_students(book: Gradebook, practical: str) -> set[str]:
    """Students with a graded submission in the gradebook."""
    marked = or_(Grade.auto_score.is_not(None), Grade.manual_score.is_not(None))
    return set(
        book.db.scalars(
            select(SubmittedAssignment.student_id)
            .distinct()
            .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
            .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
            .where(Assignment.name == practical, marked)
        )
    )


def _submissions(
    book: Gradebook, practical: str, students: Collection[str] | None
) -> Iterable[SubmittedAssignment]:
    """Submissions with what results need of them, in a few queries for many of them, and few in memory."""
    grades = selectinload(SubmittedAssignment.notebooks).selectinload(SubmittedNotebook.grades)
    query = (
        book.db.query(SubmittedAssignment)
        .join(SubmittedAssignment.assignment)
        .filter(Assignment.name == practical)
        .options(grades.undefer(Grade.max_score))
    )
    if students is not None:
        query = query.filter(SubmittedAssignment.student_id.in_(students))
    return query.yield_per(AT_A_TIME)


def _result(
    submission: SubmittedAssignment | None,
    autograded: Path,
    practical: str,
    student_id: str,
    titles: dict[str, str],
    max_score: float,
) -> Result:
    record = Record.read(Record.path(autograded, student_id, practical)) or GRADED_BY_NBGRADER
    cells = [] if submission is None else _cell_scores(submission, titles)
    late = 0.0 if submission is None else submission.total_seconds_late
    # not nbgrader's own sums, each of which reads everybody's grades
    notebooks = [] if submission is None else submission.notebooks
    penalty = math.fsum(notebook.late_submission_penalty or 0.0 for notebook in notebooks)
    score = math.fsum(grade.score for notebook in notebooks for grade in notebook.grades)
    return Result(
        student_id=student_id,
        assignment=practical,
        graded=not record.problem,
        status=status_in_words(record, late, penalty, earlier=submission is not None),
        remedy=record.remedy,
        score=None if submission is None else max(0.0, score - penalty),
        max_score=max_score,
        manual_points_pending=sum(cell.max_score for cell in cells if cell.score is None),
        late_seconds=late,
        late_penalty=penalty,
        submitted=None if submission is None else submission.timestamp,
        notes=record.notes,
        seconds=record.seconds,
        seconds_by_part=record.seconds_by_part,
        cells=cells,
    )


def recorded_submission(book: Gradebook, practical: str, student_id: str) -> SubmittedAssignment | None:
    """nbgrader's record of a graded submission, or None."""
    try:
        submission = book.find_submission(practical, student_id)
    except MissingEntry:
        return None
    return submission if _has_scores(submission) else None


def _has_scores(submission: SubmittedAssignment) -> bool:
    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
    return any(grade.auto_score is not None or grade.manual_score is not None for grade in grades)


def _cell_scores(submission: SubmittedAssignment, titles: dict[str, str]) -> list[CellScore]:
    grades = {grade.name: grade for notebook in submission.notebooks for grade in notebook.grades}
    return [
        CellScore(
            grade_id=name,
            title=title,
            score=None if grades[name].auto_score is None and grades[name].manual_score is None
            else grades[name].score,
            max_score=grades[name].max_score,
            needs_manual_grading=grades[name].needs_manual_grade,
        )
        for name, title in titles.items()
        if name in grades
    ]  # fmt: skip


def status_in_words(
    record: Record, late_seconds: float = 0.0, penalty: float = 0.0, *, earlier: bool = False
) -> str:
    """A submission's status in words, such as "graded, 3 h late; notebook was named 'final (1).ipynb'".

    Args:
        record: of the submission.
        late_seconds: after the student's due date; 0 in time.
        penalty: points that were taken off for that.
        earlier: whether the gradebook has a grade of an earlier submission.
    """
    if record.problem:
        kept = " (the grade of an earlier submission stands)" if earlier else ""
        return f"not graded: {record.problem}{kept}"
    status = "graded" if record.answered else "nothing answered"
    if late_seconds:
        status += f", {in_words(late_seconds)} late"
    if penalty:
        status += f" (−{_number(penalty)} points)"
    return "; ".join([status, *record.remarks])


def in_words(seconds: float) -> str:
    """A length of time, in days, hours, minutes or seconds."""
    for unit, length in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= (2 * length if unit == "days" else length):
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"


def as_csv(results: list[Result]) -> str:
    """The results as CSV: student, assignment, score, a column for each graded cell, status, lateness.

    An empty score means: not graded, or not marked by hand yet. `score` leaves out what is not marked yet;
    the penalty for lateness is taken off.
    """
    names = list(dict.fromkeys(cell.grade_id for result in results for cell in result.cells))
    columns = [*COLUMNS, *names, *LAST_COLUMNS]
    rows = [
        {
            "student_id": result.student_id,
            "assignment": result.assignment,
            "score": _rounded(result.score),
            "max_score": _rounded(result.max_score),
            **{cell.grade_id: _rounded(cell.score) for cell in result.cells},
            "status": result.status,
            "late_seconds": _rounded(result.late_seconds),
            "late_penalty": _rounded(result.late_penalty),
            "needs_manual_grading": "yes" if result.manual_points_pending else "no",
            "submitted": result.submitted,
        }
        for result in results
    ]
    return csv_text([columns, *([row.get(column) for column in columns] for row in rows)])


def as_json(results: list[Result], due: datetime | None) -> str:
    """The results as JSON.

    An object with `due` (UTC, ISO 8601, or null) and `submissions`, a list, by student id, of objects with

    - `student_id`, `assignment`: strings;
    - `graded`: whether this submission was graded; `status`: the same in words; `remedy`: what to do if not;
    - `score`: points so far, the penalty for lateness taken off, or null without any grade; `max_score`;
    - `manual_points_pending`: points of the cells that are still to be marked by hand (not in `score`);
    - `late_seconds`: 0 if in time; `late_penalty`: in points; `submitted`: UTC, ISO 8601, or null;
    - `notes`: sentences that tell what was corrected or left out;
    - `seconds`: that the execution took; `seconds_by_part`: see `Record`;
    - `cells`: a list of objects with `grade_id`, `title`, `score` (null: still to be marked by hand),
      `max_score`, `needs_manual_grading`.
    """
    report = {"due": due, "submissions": [asdict(result) for result in results]}
    return json.dumps(report, indent=1, ensure_ascii=False, default=datetime.isoformat) + "\n"


def as_table(results: list[Result], title: str) -> Table:
    """The results as a table for the terminal; "by hand" are points that are still to be given."""
    table = Table(title=title)
    table.add_column("Student", no_wrap=True)
    table.add_column("Points", justify="right", no_wrap=True)
    table.add_column("By hand", justify="right", no_wrap=True)
    table.add_column("Status and notes")
    for result in results:
        style = None if result.graded else "red"
        points = "–" if result.score is None else f"{_number(result.score)} / {_number(result.max_score)}"
        pending = _number(result.manual_points_pending) if result.manual_points_pending else ""
        said = "\n".join(map(for_terminal, [result.status, *result.notes]))
        table.add_row(for_terminal(result.student_id), points, pending, said, style=style)
    scores = [(one.score, one.max_score) for one in results if one.score is not None]
    if len(scores) > 1:
        mean, most = fmean(score for score, _ in scores), max(most or 0 for _, most in scores)
        table.caption = f"{len(scores)} graded, mean {mean:.1f} of {_number(most)}"
    return table


def for_terminal(text: str) -> str:
    """Text, such as names of students' files, without markup and characters that steer a terminal."""
    return escape("".join(character if character.isprintable() else "�" for character in text))


def points_in_words(result: Result) -> str:
    """Such as "31 / 36 (4 by hand)": the score, and what is still to be marked by hand."""
    if result.score is None:
        return "–"
    pending = f" ({_number(result.manual_points_pending)} by hand)" if result.manual_points_pending else ""
    return f"{_number(result.score)} / {_number(result.max_score)}{pending}"


def _rounded(value: float | None) -> float | None:
    """A number as `_number` writes it, but a number still: text that begins with - is marked."""
    if value is None:
        return None
    rounded = float(_number(value))
    return int(rounded) if rounded.is_integer() else rounded


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
