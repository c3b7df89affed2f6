"""The whole story in one command: a sample class is written, graded, and compared with what it should get."""

import shutil
import time
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.grading.options import GradeOptions
from autograder.grading.run import grade
from autograder.grading.sample_class import DUE, write_sample_class


def demo(root: Path, practical: str, console: Console, workers: int) -> bool:
    """Write a sample class into build/demo/class, grade it into build/demo, and compare.

    Args:
        root: the checkout.
        practical: name of the practical; it must have been built.
        console: where everything is shown.
        workers: how many submissions are executed at a time.

    Returns:
        whether every submission got the status and the points that it should get.

    Raises:
        PracticalsError: the practical is not built, or grading stopped.
    """
    start = time.monotonic()
    output = root / "build" / "demo"
    shutil.rmtree(output, ignore_errors=True)
    samples = write_sample_class(root, practical, output / "class")
    console.print(f"Wrote a sample class of {len(samples)} students into {output / 'class'}.", soft_wrap=True)
    graded = grade(
        root,
        practical,
        console,
        GradeOptions(
            submitted=output / "class",
            output=output,
            json_file=output / "results.json",
            workers=workers,
            due=DUE,
        ),
    )
    results = {result.student_id: result for result in graded.results}
    verdicts = [(sample, sample.broken_expectations(results.get(sample.student_id))) for sample in samples]
    table = Table(title="What was handed in")
    for heading in ("Student", "Handed in", "As expected"):
        table.add_column(heading)
    for sample, problems in verdicts:
        verdict = f"[red]no: {escape('; '.join(problems))}[/red]" if problems else "yes"
        table.add_row(sample.student_id, escape(sample.about), verdict)
    console.print(table)
    right = sum(not problems for _, problems in verdicts)
    console.print(
        f"{right} of {len(samples)} submissions got the status and the points that they should get; "
        f"{time.monotonic() - start:.0f} s in all.\n"
        f"Gradebook: {output / 'gradebook.db'}\n"
        f"Feedback:  {output / 'feedback' / samples[0].student_id / practical / practical}.html and so on\n"
        f"Results:   {output / 'grades.csv'} and results.json",
        soft_wrap=True,
        highlight=False,
    )
    return right == len(samples)
