"""How long the report of a large class takes: real grades of a few answers, multiplied."""

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path
from random import Random

import nbformat
from nbgrader.api import Gradebook, SubmittedAssignment
from nbgrader.utils import is_solution
from rich.console import Console
from rich.table import Table

from autograder.errors import PracticalsError
from autograder.files import write_atomically
from autograder.grading.course import Course
from autograder.grading.options import GradeOptions
from autograder.grading.run import grade
from autograder.grading.sample_class import DUE, write_sample_class

TOGETHER = 4  # students whose answers share a line that nobody else has


def bench_report(
    root: Path, practical: str, students: int, rounds: int, console: Console, json_file: Path | None
) -> list[float]:
    """Time `practicals report` for a class of so many students.

    A sample class is graded, and its grades, notebooks and pages are handed to all others in turn; to each
    exercise every student adds a line, so that no two groups have the same answer.

    Args:
        root: the checkout.
        practical: what was handed in.
        students: how many the class has.
        rounds: how often the report is written.
        console: where progress and the table go.
        json_file: the figures as JSON; default: none.

    Returns:
        the seconds of each round, start of the command included.

    Raises:
        PracticalsError: the practical is not built, or the report cannot be written.
    """
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary).resolve()
        write_sample_class(root, practical, folder / "class")
        grade(
            root, practical, console, GradeOptions(submitted=folder / "class", output=folder / "out", due=DUE)
        )
        course = Course(root, practical, folder / "out", folder / "class")
        with course.gradebook.open() as book:
            multiply(book, course.output, practical, students)
        seconds = [_timed(course, folder / "report") for _ in range(rounds)]
        size = (folder / "report" / f"{practical}.html").stat().st_size
    table = Table(title=f"Report of {students} submissions of {practical}")
    for heading in ("Times", "Median", "Slowest", "Page"):
        table.add_column(heading, justify="right")
    table.add_row(
        str(rounds), f"{statistics.median(seconds):.1f} s", f"{max(seconds):.1f} s", f"{size / 1e6:.1f} MB"
    )
    console.print(table)
    if json_file is not None:
        figures = {"practical": practical, "students": students, "seconds": seconds, "bytes": size}
        write_atomically(json_file, json.dumps(figures, indent=1) + "\n")
    return seconds


def multiply(book: Gradebook, output: Path, practical: str, students: int) -> None:
    """Hand what a graded class got to further students in turn, until the class has so many.

    Args:
        book: the gradebook of the class.
        output: the folder that the class was graded into.
        practical: what was graded.
        students: how many submissions there are afterwards; not fewer than there were.
    """
    graded = [one for one in book.assignment_submissions(practical) if (output / _notebook(one)).is_file()]
    missing = students - len(graded)
    for number, one in enumerate(islice(cycle(graded), missing)):
        student = f"student-{number:04}"
        book.update_or_create_student(student)
        new = book.update_or_create_submission(practical, student, timestamp=one.timestamp)
        _copy_grades(one, new)
        for part in ("autograded", "feedback"):
            shutil.copytree(output / part / one.student_id, output / part / student)
        _add_a_line(output / _notebook(new), number // TOGETHER)
    book.db.commit()


def _notebook(submission: SubmittedAssignment) -> Path:
    practical = submission.name
    return Path("autograded", submission.student_id, practical, f"{practical}.ipynb")


def _copy_grades(one: SubmittedAssignment, new: SubmittedAssignment) -> None:
    for old_notebook, notebook in zip(one.notebooks, new.notebooks, strict=True):
        earlier = {grade.name: grade for grade in old_notebook.grades}
        for grade_ in notebook.grades:
            for field in ("auto_score", "manual_score", "extra_credit", "needs_manual_grade"):
                setattr(grade_, field, getattr(earlier[grade_.name], field))


def _add_a_line(path: Path, group: int) -> None:
    notebook = nbformat.read(path, as_version=4)
    draws = Random(group)
    for cell in notebook.cells:
        if is_solution(cell) and cell.cell_type == "code":
            cell.source += f"\nnotes = {[draws.randrange(1000) for _ in range(12)]}\n"
    write_atomically(path, nbformat.writes(notebook))


def _timed(course: Course, folder: Path) -> float:
    command = [
        sys.executable, "-m", "autograder.cli", "report", course.practical, "--output", str(course.output),
        "--to", str(folder),
    ]  # fmt: skip
    start = time.perf_counter()
    done = subprocess.run(command, cwd=course.root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PracticalsError(f"`practicals report` failed: {done.stderr.strip()}", "Run it to see why")
    return time.perf_counter() - start
