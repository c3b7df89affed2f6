"""What grading now would change: points of a new execution and those in the gradebook; nothing is kept."""

import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Grade
from nbgrader.preprocessors import LimitOutput
from rich.console import Console
from rich.table import Table

from autograder.engine.executor import settings
from autograder.engine.parents import data_folder
from autograder.engine.sandbox import require_out_of_sight
from autograder.grading.collect import collect
from autograder.grading.course import Course
from autograder.grading.gradebook import one_engine, quiet
from autograder.grading.options import GradeOptions
from autograder.grading.results import for_terminal, recorded_submission
from autograder.grading.run import Run, course_of, executor, in_a_line, with_groups
from autograder.grading.single import cell_scores

Points = dict[str, float | None]  # of a student, by grade_id; None where nobody has marked yet


@dataclass(frozen=True)
class Difference:
    """Points of a student in an exercise that would change.

    Args:
        student_id: whose.
        title: of the exercise; its `grade_id` where the practical no longer has it.
        before: as the gradebook has them; None where there are none, or none yet.
        now: as they would be, marks given by hand included.
    """

    student_id: str
    title: str
    before: float | None
    now: float | None

    @property
    def gain(self) -> float:
        """Points more than before; what has no points counts as 0."""
        return (self.now or 0.0) - (self.before or 0.0)


@dataclass(frozen=True)
class Comparison:
    """What grading now would change.

    Args:
        compared: students whose submission was executed and had points before.
        before, now: sums of their points, late penalties not taken off.
        differences: by student, in the order of the exercises.
        first: students who would have points for the first time.
        failed: why submissions could not be executed, by student.
    """

    compared: list[str]
    before: float
    now: float
    differences: list[Difference]
    first: list[str]
    failed: dict[str, str]

    @property
    def losers(self) -> list[str]:
        """Students who would have fewer points in some exercise."""
        return self._students(lambda difference: difference.gain < 0)

    @property
    def winners(self) -> list[str]:
        """Students who would have more points in some exercise."""
        return self._students(lambda difference: difference.gain > 0)

    def _students(self, which: Callable[[Difference], bool]) -> list[str]:
        return sorted({difference.student_id for difference in self.differences if which(difference)})


def compare_and_show(root: Path, practical: str, console: Console, options: GradeOptions) -> Comparison:
    """Execute what `run.grade` would execute, and show whose points would change; nothing is recorded.

    Args:
        root: the checkout.
        practical: name of the practical.
        console: where the table goes.
        options: as for grading; `force` compares every submission.

    Raises:
        PracticalsError: there is nothing to grade, or no grades to compare with.
    """
    course = course_of(root, practical, options)
    comparison = _compare(course, console, options)
    _show(comparison, course, console)
    return comparison


def _compare(course: Course, console: Console, options: GradeOptions) -> Comparison:
    limits, sandboxed = settings(
        course.config, cell_seconds=options.cell_seconds, sandboxed=options.sandboxed
    )
    if sandboxed:
        require_out_of_sight(course.root, course.output, course.class_folder, data=data_folder())
    course.require_graded()
    points: dict[str, tuple[Points, Points]] = {}  # before and now
    first, failed = [], {}
    with (
        tempfile.TemporaryDirectory() as collected,
        executor(options, sandboxed) as execute,
        one_engine(),
        quiet(),
    ):
        submissions, _ = collect(
            course.class_folder,
            Path(collected),
            course.practical,
            course.assignment,
            course.root,
            course.zone,
        )
        submissions = with_groups(course, submissions, Path(collected))
        run = Run(course, limits, submissions, sandboxed)
        waiting = run.gradable() if options.force else run.changed()
        with closing(execute(waiting, run.job)) as finished:
            for number, (student_id, future) in enumerate(finished, start=1):
                _say(f"{number}/{len(waiting)} {student_id}: executed", console)
                try:
                    executed = nbformat.reads(future.result()[0], as_version=4)
                except Exception as error:  # as when grading: no submission stops another's
                    failed[student_id] = in_a_line(error)
                    continue
                with course.gradebook.open() as book:
                    submission = recorded_submission(book, course.practical, student_id)
                    if submission is None:
                        first.append(student_id)
                        continue
                    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
                    executed, _ = LimitOutput(config=course.config).preprocess(executed, {})
                    points[student_id] = _recorded(grades), _now(grades, executed)
    return Comparison(
        compared=sorted(points),
        before=sum(score or 0.0 for before, _ in points.values() for score in before.values()),
        now=sum(score or 0.0 for _, now in points.values() for score in now.values()),
        differences=[
            Difference(student_id, run.titles.get(name, name), before.get(name), now.get(name))
            for student_id, (before, now) in sorted(points.items())
            for name in dict.fromkeys([*now, *before])
            if before.get(name) != now.get(name)
        ],
        first=sorted(first),
        failed=dict(sorted(failed.items())),
    )


def _recorded(grades: list[Grade]) -> Points:
    """The points that the gradebook has."""
    return {
        grade.name: None if grade.auto_score is None and grade.manual_score is None else grade.score
        for grade in grades
    }


def _now(grades: list[Grade], executed: NotebookNode) -> Points:
    """The points that it would have: a mark given by hand stands, and extra credit is added."""
    by_name = {grade.name: grade for grade in grades}
    points = {}
    for cell in cell_scores(executed):
        grade = by_name.get(cell.grade_id)
        score = cell.score if grade is None or grade.manual_score is None else grade.manual_score
        extra = (grade.extra_credit or 0.0) if grade is not None else 0.0
        points[cell.grade_id] = None if score is None else score + extra
    return points


def _show(comparison: Comparison, course: Course, console: Console) -> None:
    if comparison.differences:
        table = Table(title=f"{course.practical}: what would change")
        table.add_column("Student", no_wrap=True)
        table.add_column("Exercise")
        table.add_column("Before", justify="right", no_wrap=True)
        table.add_column("Now", justify="right", no_wrap=True)
        for one in comparison.differences:
            style = "red" if one.gain < 0 else None
            names = for_terminal(one.student_id), for_terminal(one.title)
            table.add_row(*names, _points(one.before), _points(one.now), style=style)
        console.print(table)
    count = len(comparison.compared)
    lines = [
        f"Compared: {count} submissions, {_points(comparison.before)} points before and "
        f"{_points(comparison.now)} now, penalties for lateness apart."
        if count or comparison.failed
        else "Nothing to compare: no graded submission would be executed. --force compares all of them."
    ]
    if comparison.winners:
        lines.append(f"More points: {', '.join(comparison.winners)}.")
    if comparison.losers:
        lines.append(f"Fewer points: {', '.join(comparison.losers)}.")
    if count and not comparison.differences:
        lines.append("No points differ.")
    if comparison.first:
        lines.append(f"Not in the gradebook yet: {', '.join(comparison.first)}.")
    lines += [
        f"{name} could not be executed ({reason}); the grade stands."
        for name, reason in comparison.failed.items()
    ]
    for line in [*lines, "Nothing was recorded."]:
        _say(line, console)


def _say(line: str, console: Console) -> None:
    console.print(for_terminal(line), highlight=False, soft_wrap=True)


def _points(score: float | None) -> str:
    return "–" if score is None else f"{score:.6g}"
