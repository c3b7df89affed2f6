"""What a grading run says while it works and at its end."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from autograder.grading.course import Course
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


def say_what_is_left(results: list[Result], without: list[str], course: Course, console: Console) -> None:
    """What a person has to do by hand, and where everything is."""
    lines = [
        f"{result.student_id}: {result.status}. {result.remedy}." for result in results if not result.graded
    ]
    if without:
        lines.append(f"Nothing handed in for {course.practical}: {', '.join(without)}.")
    if pending := sum(bool(result.manual_points_pending) for result in results):
        lines.append(
            f"Submissions with answers to mark by hand, in the Formgrader: {pending}. "
            "Then run the same command again: it renews the feedback."
        )
    lines.append(
        f"Results are in {course.output}: grades.csv, feedback/, autograded/; in the gradebook "
        f"{course.gradebook_name}."
    )
    for line in lines:
        console.print(for_terminal(line), highlight=False, soft_wrap=True)
