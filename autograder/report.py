"""Reports on a graded class: marks, exercises, misconceptions, submissions, similar answers."""

import csv
import io
import json
import re
import statistics
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path

import numpy as np
from nbconvert.filters import strip_ansi
from nbformat import NotebookNode
from nbgrader.utils import is_solution

from autograder.bank import BankEntry, read_bank
from autograder.csvtext import harmless
from autograder.grading.course import Course
from autograder.grading.exercises import exercise_titles, first_heading
from autograder.grading.results import Record, Result, read_results
from autograder.notebooks import grade_id, is_essay, is_test, read_notebook, write_atomically
from autograder.paths import writable
from autograder.similarity import Pair, identifiers, similar_answers

FEWEST = 10  # submissions for a correlation that says anything
NO_SUBMISSION = "no submission"
# what `course_utils.expect` prints for a failed part, and its likely cause, which may fill several lines
CAUSE = re.compile(r"^  Likely cause:(.*(?:\n {6,}.*)*)", re.MULTILINE)
FAILED = re.compile(r"^✗ ", re.MULTILINE)
LONGEST = 200  # characters of a cause: what a submission put out is no reason for a long page


@dataclass(frozen=True)
class Exercise:
    """How the class did in one graded cell; submissions with no answer at all are not counted.

    Args:
        grade_id: of the cell.
        title: as the feedback has it.
        points: the most that it gives.
        marked: number of submissions with a score in it.
        difficulty: share of its points that these earned, 0 (nobody) to 1 (everybody); None without any.
        discrimination: correlation of its score with the points of all other cells (corrected item-total
            correlation), -1 to 1; None below `FEWEST` submissions, or where all have the same.
        full, partial, none: numbers of submissions with all, some and no points.
    """

    grade_id: str
    title: str
    points: float
    marked: int
    difficulty: float | None
    discrimination: float | None
    full: int
    partial: int
    none: int


@dataclass(frozen=True)
class Misconception:
    """A likely cause that the checks of one exercise named, or a hint of the bank that they gave.

    Args:
        grade_id: of the test cell.
        title: of the exercise.
        cause: what the feedback said.
        known_as: titles of the bank's misconceptions that call it forth.
        students: to whom it was said, by id.
    """

    grade_id: str
    title: str
    cause: str
    known_as: list[str]
    students: list[str]


@dataclass(frozen=True)
class Standing:
    """One student of the class; times are UTC, `score` has the penalty for lateness taken off."""

    student_id: str
    name: str
    status: str
    graded: bool
    score: float | None
    max_score: float
    pending: float
    submitted: datetime | None
    late_seconds: float
    late_penalty: float


@dataclass(frozen=True)
class ClassReport:
    """Everything that the report shows."""

    practical: str
    title: str
    due: datetime | None
    max_score: float
    standings: list[Standing]
    exercises: list[Exercise]
    misconceptions: list[Misconception]
    similar: list[Pair]

    @property
    def scores(self) -> list[float]:
        """Scores of the graded submissions."""
        return [standing.score for standing in self.standings if standing.score is not None]

    @property
    def summary(self) -> dict[str, float | int | None]:
        """Numbers of students, of submissions that were graded, could not be, are late or missing; marks."""
        scores = self.scores
        missing = sum(standing.status == NO_SUBMISSION for standing in self.standings)
        return {
            "students": len(self.standings),
            "graded": sum(standing.graded and standing.score is not None for standing in self.standings),
            "not_graded": sum(not standing.graded for standing in self.standings) - missing,
            "no_submission": missing,
            "late": sum(standing.late_seconds > 0 for standing in self.standings),
            "to_mark_by_hand": sum(standing.pending > 0 for standing in self.standings),
            "mean": statistics.fmean(scores) if scores else None,
            "median": statistics.median(scores) if scores else None,
            "standard_deviation": statistics.stdev(scores) if len(scores) > 1 else None,
        }


def report(course: Course, folder: Path) -> Path:
    """Write the report of a graded practical: a page, and the same figures as CSV and JSON.

    Args:
        course: the practical, graded into its output folder.
        folder: receives NAME.html, NAME.json and NAME-{exercises,misconceptions,submissions,similar}.csv.

    Returns:
        the page.

    Raises:
        PracticalsError: nothing was graded yet, or the folder cannot be written.
    """
    from autograder.report_page import as_html  # matplotlib takes its time

    course.require_graded()
    course.renew_late_penalties()
    found = class_report(course)
    name = course.practical
    writable(folder)
    write_atomically(folder / f"{name}.html", as_html(found))
    write_atomically(folder / f"{name}.json", as_json(found))
    for part, kind, rows in (
        ("exercises", Exercise, found.exercises),
        ("misconceptions", Misconception, found.misconceptions),
        ("submissions", Standing, found.standings),
        ("similar", Pair, found.similar),
    ):
        columns = [field.name for field in fields(kind) if field.name != "answers"]
        write_atomically(folder / f"{name}-{part}.csv", as_csv(columns, map(asdict, rows)))
    return folder / f"{name}.html"


def class_report(course: Course) -> ClassReport:
    """Collect what the report of a graded practical shows, from gradebook, records and executed notebooks."""
    titles = exercise_titles(course.assignment.graded)
    with course.gradebook() as book:
        results = read_results(book, course.autograded, course.practical, titles)
        due = book.find_assignment(course.practical).duedate
        max_score = book.find_assignment(course.practical).max_score
        names = {student.id: full_name(student) for student in book.students}
        source_cells = book.find_notebook(course.practical, course.practical).grade_cells
        points = {cell.name: cell.max_score for cell in source_cells}
    records = {
        result.student_id: Record.read(Record.path(course.autograded, result.student_id, course.practical))
        for result in results
    }
    answered = [
        result
        for result in results
        if result.score is not None
        and ((record := records[result.student_id]) is None or (record.answered and not record.problem))
    ]
    executed = {
        result.student_id: read_notebook(path)
        for result in answered
        if (path := executed_notebook(course, result.student_id)).is_file()
    }
    bank = read_bank(course.root, course.practical)
    return ClassReport(
        practical=course.practical,
        title=first_heading(course.assignment.released) or course.practical,
        due=due,
        max_score=max_score,
        standings=_standings(results, names, max_score),
        exercises=[_exercise(name, title, points[name], answered) for name, title in titles.items()],
        misconceptions=_misconceptions(executed, titles, bank),
        similar=_similar(course, executed, bank),
    )


def executed_notebook(course: Course, student_id: str) -> Path:
    """Where a student's executed notebook is."""
    return course.autograded / student_id / course.practical / f"{course.practical}.ipynb"


def full_name(student) -> str:
    """The name of one of nbgrader's students; empty where the gradebook has none."""
    return " ".join(filter(None, (student.first_name, student.last_name)))


def _standings(results: list[Result], names: dict[str, str], max_score: float) -> list[Standing]:
    """Every student of the class, those without a submission too."""
    found = {
        result.student_id: Standing(
            student_id=result.student_id,
            name=names.get(result.student_id, ""),
            status=result.status,
            graded=result.graded,
            score=result.score,
            max_score=result.max_score,
            pending=result.manual_points_pending,
            submitted=result.submitted,
            late_seconds=result.late_seconds,
            late_penalty=result.late_penalty,
        )
        for result in results
    }
    for student_id in names.keys() - found.keys():
        found[student_id] = Standing(
            student_id, names[student_id], NO_SUBMISSION, False, None, max_score, 0, None, 0, 0
        )
    return [found[student_id] for student_id in sorted(found)]


def _exercise(name: str, title: str, points: float, results: list[Result]) -> Exercise:
    scores, others = [], []
    for result in results:
        cells = {cell.grade_id: cell.score for cell in result.cells}
        if (score := cells.pop(name, None)) is not None:
            scores.append(score)
            others.append(sum(other or 0 for other in cells.values()))
    full = sum(score >= points for score in scores)
    none = sum(score <= 0 < points for score in scores)
    return Exercise(
        grade_id=name,
        title=title,
        points=points,
        marked=len(scores),
        difficulty=statistics.fmean(scores) / points if scores and points else None,
        discrimination=correlation(scores, others),
        full=full,
        partial=len(scores) - full - none,
        none=none,
    )


def correlation(one: list[float], other: list[float]) -> float | None:
    """Pearson's correlation; None below `FEWEST` pairs, or where one of the two does not vary."""
    if len(one) < FEWEST or np.ptp(one) == 0 or np.ptp(other) == 0:
        return None
    return float(np.corrcoef(one, other)[0, 1])


def _misconceptions(
    executed: dict[str, NotebookNode], titles: dict[str, str], bank: list[BankEntry]
) -> list[Misconception]:
    """The likely causes, and hints of the bank, that the feedback named, most frequent first."""
    students = defaultdict(set)
    for student_id, notebook in executed.items():
        for cell in filter(is_test, notebook.cells):
            text = printed(cell)
            named = causes(text)
            # a bank's hint may stand elsewhere in the feedback
            named |= {
                hint
                for entry in bank
                if grade_id(cell) in entry.fails
                and (hint := _squeezed(entry.hint)) in _squeezed(text)
                and not any(hint in cause for cause in named)
            }
            for cause in named:
                students[grade_id(cell), cause].add(student_id)
    found = [
        Misconception(
            grade_id=name,
            title=titles.get(name, name),
            cause=cause,
            known_as=[
                entry.title for entry in bank if name in entry.fails and _squeezed(entry.hint) in cause
            ],
            students=sorted(who),
        )
        for (name, cause), who in students.items()
    ]
    order = list(titles)
    return sorted(found, key=lambda one: (-len(one.students), order.index(one.grade_id), one.cause))


def printed(cell: NotebookNode) -> str:
    """What a test cell printed, its error included."""
    return "\n".join(
        strip_ansi(output.text if output.output_type == "stream" else str(output.get("evalue", "")))
        for output in cell.outputs
    )


def causes(text: str) -> set[str]:
    """The likely causes that checks which failed named, each on one line."""
    failed = FAILED.split(text)[1:]
    return {_squeezed(match)[:LONGEST] for part in failed for match in CAUSE.findall(part)}


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _similar(course: Course, executed: dict[str, NotebookNode], bank: list[BankEntry]) -> list[Pair]:
    assignment = course.assignment
    source = read_notebook(course.source)
    stubs = {grade_id(cell): cell.source for cell in assignment.graded.cells if is_solution(cell)}
    given = [cell.source for cell in assignment.released.cells if cell.cell_type == "code"]
    known = {
        name: [
            stub,
            *given,
            *(cell.source for cell in source.cells if grade_id(cell) == name),
            *(entry.cells[name] for entry in bank if name in entry.cells),
        ]
        for name, stub in stubs.items()
    }
    answers = {
        student_id: {
            grade_id(cell): cell.source
            for cell in notebook.cells
            if grade_id(cell) in stubs and cell.source.strip() != stubs[grade_id(cell)].strip()
        }
        for student_id, notebook in executed.items()
    }
    prose = {grade_id(cell) for cell in source.cells if is_essay(cell) and cell.cell_type == "markdown"}
    names = identifiers(cell.source for cell in source.cells if cell.cell_type == "code")
    return similar_answers(answers, known, names, prose)


def as_json(found: ClassReport) -> str:
    """The report as JSON: `summary`, and a list for each of the tables; times in ISO 8601."""
    report = {"practical": found.practical, "title": found.title, "due": found.due, "summary": found.summary}
    report |= {
        "exercises": found.exercises,
        "misconceptions": found.misconceptions,
        "submissions": found.standings,
        "similar": found.similar,
    }
    return json.dumps(report, indent=1, ensure_ascii=False, default=_plain) + "\n"


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else asdict(value)


def as_csv(columns: list[str], rows: Iterable[dict]) -> str:
    """Rows as CSV; lists are joined by "; ", text that a spreadsheet takes for a formula is marked."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(row[name]) for name in columns} for row in rows)
    return text.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, list | tuple):
        value = "; ".join(value)
    return harmless(value) if isinstance(value, str) else value
