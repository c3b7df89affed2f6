"""Exports the grades of a practical in a form that another system reads; `exports` has a class for each."""

from dataclasses import dataclass, replace
from pathlib import Path

from autograder.files import harmless, writable
from autograder.grading.course import Course
from autograder.grading.results import read_results
from autograder.grading.students import Student, class_list, named
from autograder.practical.paths import source_text
from autograder.practical.testcells import exercise_titles
from autograder.reporting.exports import export_class
from autograder.reporting.graded_class import Graded, GradedClass


@dataclass(frozen=True)
class Exported:
    """What was written, and sentences on what to mind."""

    files: list[Path]
    notes: list[str]


def export(
    course: Course,
    form: str,
    folder: Path,
    column: str | None = None,
    complete_only: bool = False,
    people: Path | None = None,
) -> Exported:
    """Export the grades of a practical.

    Args:
        course: the practical, graded into its output folder.
        form: which system is to read it, as `exports.export_names` has them.
        folder: where the files go.
        column: what the system calls the practical; default: its name.
        complete_only: whether grades are held back while an answer still waits to be marked by a person.
        people: the system's own list of the class, where the form needs it.

    Raises:
        PracticalsError: there is no such form or practical, nothing was graded yet, or the folder cannot be
            written.
    """
    kind = export_class(form)
    if kind.needs_grades:
        course.require_graded()
        course.gradebook.renew_late_penalties()
        graded_class = read_class(course, column or course.practical, complete_only)
    else:
        source_text(course.root, course.practical)
        graded_class = GradedClass(course, column or course.practical, 0.0, None, [], [])
    exporter = kind(replace(graded_class, people=people))
    files = exporter.write(writable(folder) / f"{course.practical}-{form}")
    return Exported(files, [*_notes(exporter.graded_class), *exporter.notes()])


def read_class(course: Course, column: str, complete_only: bool = False) -> GradedClass:
    """Every student of the gradebook, with or without a submission, as `export` takes them."""
    titles = exercise_titles(course.assignment.graded)
    with course.gradebook.open() as book:
        results = {
            result.student_id: result
            for result in read_results(book, course.autograded, course.practical, titles)
        }
        assignment = book.find_assignment(course.practical)
        due, max_score = assignment.duedate, assignment.max_score
        students = {one.id: one for one in class_list(book)}
    everybody = [
        Graded(students.get(name, Student(name)), results.get(name))
        for name in sorted(students.keys() | results.keys())
    ]
    held_back = [one for one in everybody if complete_only and one.incomplete]
    graded = [one for one in everybody if one not in held_back]
    return GradedClass(course, column, max_score, due, graded, held_back)


def _notes(graded_class: GradedClass) -> list[str]:
    notes = []
    if graded_class.held_back:
        held_back = named(one.student.id for one in graded_class.held_back)
        notes.append(f"Held back, since an answer still waits to be marked: {held_back}.")
    if pending := [one.student.id for one in graded_class.graded if one.incomplete]:
        notes.append(
            f"Submissions with answers that nobody marked yet: {named(pending)}; these points are not in. "
            "--complete-only holds such grades back."
        )
    if without := [one.student.id for one in graded_class.graded if one.score is None]:
        notes.append(f"Students without a graded submission: {named(without)}.")
    if marked := sum(
        harmless(text) != text
        for one in (*graded_class.graded, *graded_class.held_back)
        for text in (one.student.first_name, one.student.last_name, one.student.email)
    ):
        notes.append(
            f"Names or addresses that begin like a formula (= + - @): {marked}; an apostrophe before them "
            "keeps a spreadsheet from running it, and `practicals roster` takes it off again."
        )
    return notes
