"""What a grading run says while it works and at its end."""

from datetime import datetime

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from autograder.grading.course import Course
from autograder.grading.dates import in_zone
from autograder.grading.results import Result, for_terminal, points_in_words


class Display:
    """Shows how far the run is: a bar and a line for each submission in a terminal, else only the lines."""

    def __init__(self, console: Console, practical: str, total: int):
        self.console = console
        self.total = total
        self.seen = 0
        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("time left:"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self.task = self.bar.add_task(f"grading {practical}", total=total)

    def __enter__(self) -> "Display":
        self.bar.start()
        return self

    def __exit__(self, *_) -> None:
        self.bar.stop()

    def passed_over(self, result: Result) -> None:
        """A submission that is not executed: it cannot be, or need not be."""
        self._line(result, "unchanged" if result.graded else "")

    def finished(self, result: Result) -> None:
        """A submission that was executed."""
        self._line(result, f"{result.seconds:.1f} s" if result.graded else "")

    def _line(self, result: Result, remark: str) -> None:
        self.seen += 1
        points = f"; points: {points_in_words(result)}" if result.score is not None else ""
        remark = f" ({remark})" if remark else ""
        text = f"{self.seen}/{self.total} {result.student_id}: {result.status}{points}{remark}"
        style = None if result.graded else "red"
        self.console.print(for_terminal(text), style=style, highlight=False, soft_wrap=True)
        self.bar.update(self.task, completed=self.seen)


def say_what_is_left(
    results: list[Result], without: list[str], due: datetime | None, course: Course, console: Console
) -> None:
    """Say what a person has to do by hand, and where everything is.

    Args:
        results: of the practical; those that could not be graded come with what to do.
        without: student folders with nothing for this practical.
        due: when it is due, UTC without time zone; None where that is not known.
        course: the practical.
        console: where it is said.
    """
    lines = [
        f"{result.student_id}: {result.status}. {result.remedy}." for result in results if not result.graded
    ]
    if without:
        lines.append(f"Nothing handed in for {course.practical}: {', '.join(without)}.")
    if pending := sum(bool(result.manual_points_pending) for result in results):
        lines.append(
            f"Submissions with answers to mark by hand: {pending}. Mark them with "
            f"`practicals mark {course.practical}` or in the Formgrader. Then run the same command "
            "again: it renews the feedback."
        )
    if course.is_stale:
        lines.append(
            f"The text of {course.practical} was edited after its notebook was built, which graded. If "
            f"the text should count, run `practicals build {course.practical}` first."
        )
    lines.append(f"Due: {in_zone(due, course.zone)}." if due else "No due date is known, so nobody is late.")
    lines.append(
        f"Results are in {course.output}: grades.csv, feedback/, autograded/; in the gradebook "
        f"{course.gradebook.name}."
    )
    if failed := sum(not result.graded for result in results):
        lines.append(
            f"Done: {len(results) - failed} of {len(results)} submissions are graded and recorded. The exit "
            f"status is 3, not 0, only because {failed} could not be; see above."
        )
    for line in lines:
        console.print(for_terminal(line), highlight=False, soft_wrap=True)
