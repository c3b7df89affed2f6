"""For Canvas' gradebook: the columns that it exports and imports.

What is said here of its import is what its code does: instructure/canvas-lms, lib/gradebook_importer.rb.
"""

from collections import Counter
from pathlib import Path

from autograder.files import write_csv
from autograder.grading.students import Student, named
from autograder.reporting.graded_class import Export

STUDENT_COLUMNS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
# A column with one of these anywhere in its name ("Unposted Final Score", "Homework Current Points") is
# one of Canvas' own: it is dropped without a word
READ_ONLY = (
    "Current Score", "Current Points", "Current Grade", "Final Score", "Final Points", "Final Grade",
    "Override Score", "Override Grade", "Override Status",
)  # fmt: skip
# A column of these names is looked up by its name, and found among those that say who the student is
ABOUT_STUDENTS = (*STUDENT_COLUMNS, "LastName", "FirstName", "Integration ID", "Root Account")


class Canvas(Export):
    """Canvas finds a student by ID (its own number), else by SIS Login ID, else by name."""

    writes = "a CSV with the columns of Canvas' gradebook"
    gets_in = (
        "*Gradebook → Import*. Students are found by *ID* where the class list came from Canvas, else by "
        "*SIS Login ID*, else by name. `--column` as Canvas writes it, title and number; another title "
        "makes a new assignment. Students without a score are left out: Canvas takes an empty cell for a "
        "change, and would remove a grade typed in by hand"
    )

    def write(self, stem: Path) -> list[Path]:
        """One file, without those who have no score."""
        path = stem.with_name(f"{stem.name}.csv")
        rows = [
            [_last_first(one.student), one.student.lms_user_id, None, one.student.id, None, one.score]
            for one in self.graded_class.scored
        ]
        points = ["    Points Possible", None, None, None, None, self.graded_class.max_score]
        write_csv(path, [[*STUDENT_COLUMNS, self.graded_class.column], points, *rows])
        return [path]

    def notes(self) -> list[str]:
        """What would make Canvas drop the column, or give a grade to somebody else."""
        return [*self._of_the_column(), *self._of_namesakes()]

    def _of_namesakes(self) -> list[str]:
        everybody = [*self.graded_class.graded, *self.graded_class.held_back]
        names = Counter(_last_first(one.student) for one in everybody)
        unsure = [
            one.student.id
            for one in self.graded_class.scored
            if not one.student.lms_user_id and names[_last_first(one.student)] > 1
        ]
        if not unsure:
            return []
        return [
            "Students who have the name of somebody else, and whose number in Canvas is not in the class "
            f"list: {named(unsure)}. If Canvas does not know their SIS Login ID either, a grade goes to the "
            "first student of that name. Read Canvas' own export with `practicals roster`, then export again."
        ]

    def _of_the_column(self) -> list[str]:
        column = self.graded_class.column
        if dropped := [name for name in READ_ONLY if name in column]:
            return [
                f"Canvas will drop the column {column!r}: it holds {dropped[0]!r}, which is a column of "
                "its own and read-only. Give it another name with --column."
            ]
        if column.strip() in ABOUT_STUDENTS:
            return [
                f"Canvas will not find the grades in a column {column!r}: that name is one of those that "
                "say who the student is. Give it another name with --column."
            ]
        return []


def _last_first(student: Student) -> str:
    return ", ".join(filter(None, (student.last_name, student.first_name))) or student.id
