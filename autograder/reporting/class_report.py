"""Reports on a graded class: marks, exercises, misconceptions, submissions, similar answers."""

import json
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from nbformat import NotebookNode
from nbgrader.utils import is_solution

from autograder.grading.course import Course
from autograder.grading.results import Record, Result, read_results
from autograder.practical.bank import BankEntry, read_bank
from autograder.practical.cells import grade_id, is_essay, is_test, name_of
from autograder.practical.notebooks import read_graded_cells, read_notebook
from autograder.practical.points import bonus_of
from autograder.practical.testcells import (
    exercise_numbers,
    exercise_titles,
    first_heading,
    result_of,
    was_graded_before_results,
)
from autograder.reporting.similarity import Pair, identifiers, similar_answers
from course_utils.results import ExerciseResult

FEWEST = 10  # submissions for a correlation that says anything
NO_SUBMISSION = "no submission"


@dataclass(frozen=True)
class Exercise:
    """How the class did in one graded cell; submissions with no answer at all are not counted.

    Args:
        grade_id: of the cell.
        title: as the feedback has it.
        number: as the notebook has it, such as "9"; "" where it has none.
        points: the most that it gives.
        marked: number of submissions with a score in it.
        share_earned: share of its points that these earned, 0 (nothing) to 1 (all); None without any.
        share_solved: share of these that have all its points; None without any.
        discrimination: correlation of its score with the points of all other cells (corrected item-total
            correlation), -1 to 1; None below `FEWEST` submissions, or where all have the same.
        discrimination_from, discrimination_to: its 95 % confidence interval.
        full, partial, none: numbers of submissions with all, some and no points.
    """

    grade_id: str
    title: str
    number: str
    points: float
    marked: int
    share_earned: float | None
    share_solved: float | None
    discrimination: float | None
    discrimination_from: float | None
    discrimination_to: float | None
    full: int
    partial: int
    none: int

    @property
    def name(self) -> str:
        """Number and title: "9 Softmax"."""
        return f"{self.number} {self.title}".lstrip()


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
    """One student of the class; times are UTC, `score` has the penalty for lateness taken off.

    `cells` has the score of each graded cell by `grade_id`, None where it is still to be marked.
    """

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
    cells: dict[str, float | None]


@dataclass(frozen=True)
class ClassReport:
    """Everything that the report shows.

    `without_causes` is the number of submissions whose checks, of a former version, handed on no causes.
    """

    practical: str
    title: str
    due: datetime | None
    max_score: float
    without_causes: int
    standings: list[Standing]
    exercises: list[Exercise]
    misconceptions: list[Misconception]
    similar: list[Pair]

    @property
    def remark(self) -> str:
        """What is to be done for all causes to be there; empty where they are."""
        if not self.without_causes:
            return ""
        return (
            f"Submissions graded by a former version, whose causes are not here: {self.without_causes}. "
            f"Grade again for causes: practicals grade {self.practical} --force"
        )

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


def class_report(course: Course) -> ClassReport:
    """Collect what the report of a graded practical shows, from gradebook, records and executed notebooks."""
    titles = exercise_titles(course.assignment.graded)
    numbers = exercise_numbers(course.assignment.graded)
    with course.gradebook.open() as book:
        results = read_results(book, course.autograded, course.practical, titles)
        due = book.find_assignment(course.practical).duedate
        max_score = book.find_assignment(course.practical).max_score
        names = {student.id: full_name(student) for student in book.students}
        source_cells = book.find_notebook(course.practical, course.practical).grade_cells
        points = {cell.name: cell.max_score for cell in source_cells}
    points |= {name_of(cell): bonus for cell in course.assignment.graded.cells if (bonus := bonus_of(cell))}
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
        result.student_id: read_graded_cells(path)
        for result in answered
        if (path := executed_notebook(course, result.student_id)).is_file()
    }
    tested = {
        student_id: [(cell, result_of(cell)) for cell in notebook.cells if is_test(cell)]
        for student_id, notebook in executed.items()
    }
    bank = read_bank(course.root, course.practical)
    return ClassReport(
        practical=course.practical,
        title=first_heading(course.assignment.released) or course.practical,
        due=due,
        max_score=max_score,
        without_causes=sum(
            any(was_graded_before_results(*one) for one in of_student) for of_student in tested.values()
        ),
        standings=_standings(results, names, max_score),
        exercises=[
            _exercise(name, title, numbers.get(name, ""), points[name], answered)
            for name, title in titles.items()
        ],
        misconceptions=_misconceptions(tested, titles, bank),
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
            cells={cell.grade_id: cell.score for cell in result.cells},
        )
        for result in results
    }
    for student_id in names.keys() - found.keys():
        found[student_id] = Standing(
            student_id, names[student_id], NO_SUBMISSION, False, None, max_score, 0, None, 0, 0, {}
        )
    return [found[student_id] for student_id in sorted(found)]


def _exercise(name: str, title: str, number: str, points: float, results: list[Result]) -> Exercise:
    scores, others = [], []
    for result in results:
        cells = {cell.grade_id: cell.score for cell in result.cells}
        if (score := cells.pop(name, None)) is not None:
            scores.append(score)
            others.append(sum(other or 0 for other in cells.values()))
    full = sum(score >= points for score in scores)
    none = sum(score <= 0 < points for score in scores)
    discrimination, low, high = correlation(scores, others) or (None, None, None)
    return Exercise(
        grade_id=name,
        title=title,
        number=number,
        points=points,
        marked=len(scores),
        share_earned=statistics.fmean(scores) / points if scores and points else None,
        share_solved=full / len(scores) if scores else None,
        discrimination=discrimination,
        discrimination_from=low,
        discrimination_to=high,
        full=full,
        partial=len(scores) - full - none,
        none=none,
    )


def correlation(one: list[float], other: list[float]) -> tuple[float, float, float] | None:
    """Pearson's correlation and its 95 % interval; None below `FEWEST` pairs, or where one does not vary."""
    if len(one) < FEWEST or np.ptp(one) == 0 or np.ptp(other) == 0:
        return None
    found = float(np.corrcoef(one, other)[0, 1])
    # Fisher's transformation; scipy.stats has it too, and takes most of a second to import
    middle, half = np.arctanh(np.clip(found, -1 + 1e-12, 1 - 1e-12)), 1.959964 / np.sqrt(len(one) - 3)
    return found, float(np.tanh(middle - half)), float(np.tanh(middle + half))


def _misconceptions(
    tested: dict[str, list[tuple[NotebookNode, ExerciseResult | None]]],
    titles: dict[str, str],
    bank: list[BankEntry],
) -> list[Misconception]:
    """The likely causes, and hints of the bank, that the feedback named, most frequent first.

    Args:
        tested: by student id, the test cells with what they handed on.
        titles: of the graded cells, in their order.
        bank: the wrong answers that are known.
    """
    hints: defaultdict[str, set[str]] = defaultdict(set)
    for entry in bank:
        for name in entry.fails:
            hints[name].add(entry.hint)
    students: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for student_id, cells in tested.items():
        for cell, result in cells:
            failed, name = result.failed if result else [], name_of(cell)
            named = {part.cause for part in failed if part.cause}
            # a bank's hint may stand elsewhere in the feedback
            said = [text for part in failed for text in part.fields.values()]
            named |= {
                hint
                for hint in hints[name]
                if any(hint in text for text in said) and not any(hint in cause for cause in named)
            }
            for cause in named:
                students[name, cause].add(student_id)
    found = [
        Misconception(
            grade_id=name,
            title=titles.get(name, name),
            cause=cause,
            known_as=[entry.title for entry in bank if name in entry.fails and entry.hint in cause],
            students=sorted(who),
        )
        for (name, cause), who in students.items()
    ]
    order = list(titles)
    return sorted(found, key=lambda one: (-len(one.students), order.index(one.grade_id), one.cause))


def _similar(course: Course, executed: dict[str, NotebookNode], bank: list[BankEntry]) -> list[Pair]:
    assignment = course.assignment
    source = read_notebook(course.source)
    stubs = {name_of(cell): cell.source for cell in assignment.graded.cells if is_solution(cell)}
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
            name: cell.source
            for cell in notebook.cells
            if (name := grade_id(cell)) in stubs and cell.source.strip() != stubs[name].strip()
        }
        for student_id, notebook in executed.items()
    }
    prose = {name_of(cell) for cell in source.cells if is_essay(cell) and cell.cell_type == "markdown"}
    names = identifiers(cell.source for cell in source.cells if cell.cell_type == "code")
    return similar_answers(answers, known, names, prose)


def as_json(found: ClassReport) -> str:
    """The report as JSON: `summary`, and a list for each of the tables; times in ISO 8601.

    Each row of a table is on a line of its own: Python's json indents in Python, and takes ten times as long.
    """
    values = {
        "practical": found.practical,
        "title": found.title,
        "due": found.due,
        "summary": found.summary,
        "remark": found.remark,
    }
    tables: dict[str, Sequence[object]] = {
        "exercises": found.exercises,
        "misconceptions": found.misconceptions,
        "submissions": found.standings,
        "similar": found.similar,
    }
    lines = [f'"{name}": {_json(value)}' for name, value in values.items()]
    for name, rows in tables.items():
        listed = ",\n ".join(map(_json, rows))
        lines.append(f'"{name}": [\n {listed}\n]')
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: datetime | Exercise | Misconception | Standing | Pair) -> object:
    return value.isoformat() if isinstance(value, datetime) else vars(value)


def as_rows(columns: list[str], rows: Iterable[dict]) -> list[list]:
    """The rows of a table, the names of its columns first; lists are joined by "; "."""
    return [columns, *([_cell(row[name]) for name in columns] for row in rows)]


def _cell(value: object) -> object:
    return "; ".join(value) if isinstance(value, list | tuple) else value
