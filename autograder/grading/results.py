"""Results of a graded class: what the gradebook and the records beside it say, as CSV, JSON and a table."""

import csv
import io
import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from rich.markup import escape
from rich.table import Table

from autograder.notebooks import digest, write_atomically

COLUMNS = ["student_id", "assignment", "score", "max_score"]
LAST_COLUMNS = ["status", "late_seconds", "late_penalty", "needs_manual_grading", "submitted"]


@dataclass
class Record:
    """What is kept beside a submission's autograded folder: what the gradebook has no place for.

    Args:
        digest: of everything that the grading depended on; empty where there was nothing to grade.
        problem: why the submission could not be graded, in words; else empty.
        remedy: what to do about the problem.
        remarks: what was unusual, for the status line.
        notes: sentences for student and instructor.
        answered: number of cells with an answer.
        seconds: that the execution took.
        seconds_by_part: of these `start` and `stop` (of kernels), `student` (the student's and the given
            cells) and `tests`; beside them `record` (nbgrader) and `feedback` (the page).
        feedback: digest of the scores and comments that the feedback page shows.
    """

    digest: str = ""
    problem: str = ""
    remedy: str = ""
    remarks: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    answered: int = 0
    seconds: float = 0.0
    seconds_by_part: dict[str, float] = field(default_factory=dict)
    feedback: str = ""

    @staticmethod
    def path(autograded: Path, student_id: str, practical: str) -> Path:
        """Where a record is: beside the folder with the autograded notebook."""
        return autograded / student_id / f"{practical}.json"

    @classmethod
    def read(cls, path: Path) -> "Record | None":
        """A record, or None where there is none that can be used."""
        try:
            return cls(**json.loads(path.read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def write(self, path: Path) -> None:
        """Write the record, whole or not at all."""
        write_atomically(path, json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n")


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


def read_results(book: Gradebook, autograded: Path, practical: str, titles: dict[str, str]) -> list[Result]:
    """The results of one practical, by student id.

    Args:
        book: the gradebook; scores, comments and times of submission are read from it.
        autograded: the folder with the records.
        practical: name of the practical.
        titles: of its graded cells, in their order, by `grade_id`.
    """
    names = {path.parent.name for path in autograded.glob(f"*/{practical}.json")}
    # an extension makes a record of a submission that is not there yet
    names |= {
        submission.student_id
        for submission in book.assignment_submissions(practical)
        if _has_scores(submission)
    }
    return [read_result(book, autograded, practical, name, titles) for name in sorted(names)]


def read_result(
    book: Gradebook, autograded: Path, practical: str, student_id: str, titles: dict[str, str]
) -> Result:
    """The result of one submission; arguments as those of `read_results`."""
    record = Record.read(Record.path(autograded, student_id, practical)) or GRADED_BY_NBGRADER
    submission = recorded_submission(book, practical, student_id)
    cells = [] if submission is None else _cell_scores(submission, titles)
    late = 0.0 if submission is None else submission.total_seconds_late
    penalty = 0.0 if submission is None else submission.late_submission_penalty or 0.0
    return Result(
        student_id=student_id,
        assignment=practical,
        graded=not record.problem,
        status=status_in_words(record, late, penalty, earlier=submission is not None),
        remedy=record.remedy,
        score=None if submission is None else max(0.0, submission.score - penalty),
        max_score=book.find_assignment(practical).max_score,
        manual_points_pending=sum(cell.max_score for cell in cells if cell.score is None),
        late_seconds=late,
        late_penalty=penalty,
        submitted=None if submission is None else submission.timestamp,
        notes=record.notes,
        seconds=record.seconds,
        seconds_by_part=record.seconds_by_part,
        cells=cells,
    )


def recorded_submission(book: Gradebook, practical: str, student_id: str):
    """nbgrader's record of a graded submission, or None."""
    try:
        submission = book.find_submission(practical, student_id)
    except MissingEntry:
        return None
    return submission if _has_scores(submission) else None


def _has_scores(submission) -> bool:
    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
    return any(grade.auto_score is not None or grade.manual_score is not None for grade in grades)


def feedback_digest(book: Gradebook, practical: str, student_id: str) -> str:
    """Digest of the scores and comments that a feedback page shows."""
    submission = book.find_submission(practical, student_id)
    shown = [
        [[grade.name, grade.score, grade.max_score, grade.needs_manual_grade] for grade in notebook.grades]
        + [[comment.name, comment.comment] for comment in notebook.comments]
        for notebook in submission.notebooks
    ]
    return digest([shown, submission.total_seconds_late, submission.late_submission_penalty])


def _cell_scores(submission, titles: dict[str, str]) -> list[CellScore]:
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
    """A submission's status in words, such as "graded, 3 h late; notebook was named 'final (1).ipynb'"."""
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
    text = io.StringIO()
    writer = csv.DictWriter(text, [*COLUMNS, *names, *LAST_COLUMNS], restval="", lineterminator="\n")
    writer.writeheader()
    for result in results:
        writer.writerow(
            {
                "student_id": result.student_id,
                "assignment": result.assignment,
                "score": _number(result.score),
                "max_score": _number(result.max_score),
                **{cell.grade_id: _number(cell.score) for cell in result.cells},
                "status": result.status,
                "late_seconds": _number(result.late_seconds),
                "late_penalty": _number(result.late_penalty),
                "needs_manual_grading": "yes" if result.manual_points_pending else "no",
                "submitted": result.submitted or "",
            }
        )
    return text.getvalue()


def as_json(results: list[Result], due: datetime | None) -> str:
    """The results as JSON.

    An object with `due` (UTC, ISO 8601, or null) and `submissions`, a list, by student id, of objects with

    - `student_id`, `assignment`: strings;
    - `graded`: whether this submission was graded; `status`: the same in words; `remedy`: what to do if not;
    - `score`: points so far, the penalty for lateness taken off, or null without any grade; `max_score`;
    - `manual_points_pending`: points of the cells that are still to be marked by hand (not in `score`);
    - `late_seconds`: 0 if in time; `late_penalty`: in points; `submitted`: UTC, ISO 8601, or null;
    - `notes`: sentences that tell what was mended or left out;
    - `seconds`: that the execution took; `seconds_by_part`: see `Record`;
    - `cells`: a list of objects with `grade_id`, `title`, `score` (null: still to be marked by hand),
      `max_score`, `needs_manual_grading`.
    """
    report = {"due": due, "submissions": [asdict(result) for result in results]}
    return json.dumps(report, indent=1, ensure_ascii=False, default=datetime.isoformat) + "\n"


def as_table(results: list[Result], title: str) -> Table:
    """The results as a table for the terminal."""
    table = Table(title=title)
    table.add_column("Student", no_wrap=True)
    table.add_column("Points", justify="right", no_wrap=True)
    table.add_column("Status")
    table.add_column("Notes")
    for result in results:
        style = None if result.graded else "red"
        cells = (result.student_id, points_in_words(result), result.status, " ".join(result.notes))
        table.add_row(*map(for_terminal, cells), style=style)
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


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
