"""For Moodle's offline grading: the worksheet that was downloaded there, with the grades filled in.

What is said here of it is what its code does: moodle/moodle, mod/assign/gradingtable.php writes it, and
mod/assign/feedback/offline/importgradeslib.php and locallib.php read it.
"""

from functools import cached_property
from pathlib import Path

from autograder.errors import PracticalsError
from autograder.files import csv_as_read, write_atomically
from autograder.grading.platforms.people import PARTICIPANT, People, UnknownError, whom_of_row
from autograder.grading.students import named
from autograder.grading.tables import csv_rows
from autograder.reporting.graded_class import Export

AGAIN = "Download it in Moodle: Submissions → Actions → Download grading worksheet"


class MoodleWorksheet(Export):
    """Moodle finds columns by their titles, in the site's language: so its own worksheet is filled in."""

    writes = "the grading worksheet that `--people` names, with grades filled in"
    gets_in = (
        "*Submissions → Upload grading worksheet*. Everything else in the worksheet stays as it is, and a "
        "student without a score keeps what is there. Unless told otherwise, Moodle passes over grades that "
        "were changed there since the download"
    )

    def write(self, stem: Path) -> list[Path]:
        """One file, in the worksheet's own format."""
        downloaded, column, most = self._worksheet
        rows = [*map(list, downloaded)]
        scores = {one.student.id: one.score for one in self.graded_class.graded}
        comma = "," in rows[1][column + 1]
        for row in rows[1:]:
            try:
                score = scores.get(self._people.whose(whom_of_row(row)).id)
            except UnknownError:
                continue
            if score is not None and score <= most:
                row[column] = f"{score:.2f}".replace(".", "," if comma else ".")
        path = stem.with_name(f"{stem.name}.csv")
        write_atomically(path, csv_as_read(rows))
        return [path]

    def notes(self) -> list[str]:
        """Whose row or grade there is not."""
        rows, _, most = self._worksheet
        found, unknown = set(), []
        for row in rows[1:]:
            try:
                found.add(self._people.whose(whom_of_row(row)).id)
            except UnknownError as error:
                unknown.append(f"{row[0]} ({error})")
        scored = self.graded_class.scored
        notes = [f"Rows that were left as they are: {named(unknown)}."] if unknown else []
        if missing := [one.student.id for one in scored if one.student.id not in found]:
            notes.append(f"Students with a grade and no row: {named(missing)}.")
        if above := [one.student.id for one in scored if (one.score or 0) > most]:
            notes.append(f"Left out, since Moodle's maximum is {most:g}: {named(above)}.")
        return notes

    @cached_property
    def _people(self) -> People:
        everybody = (*self.graded_class.graded, *self.graded_class.held_back)
        return People(one.student for one in everybody)

    @cached_property
    def _worksheet(self) -> tuple[list[list[str]], int, float]:
        """The worksheet's rows, the place of the grade, and the maximum.

        The grade stands before the maximum, which is the same number in all rows. Where that fits more than
        one column, such as an empty one before everybody's year, `--column` says which is the grade's.

        Raises:
            PracticalsError: there is no worksheet, it is another kind of file, or several columns fit.
        """
        file = self.graded_class.people
        if file is None:
            raise PracticalsError(
                "this form needs Moodle's grading worksheet", f"{AGAIN}, and give it: --people"
            )
        rows = [row for _, row in csv_rows(file) if any(row)]
        if len(rows) < 2 or any(
            len(row) != len(rows[0]) or not PARTICIPANT.fullmatch(row[0].strip()) for row in rows[1:]
        ):
            raise PracticalsError(f"{file} is not Moodle's grading worksheet", AGAIN)
        found: dict[str, tuple[int, float]] = {}
        for column in range(2, len(rows[0]) - 1):
            maxima = {_number(row[column + 1]) for row in rows[1:]}
            grades = [_number(row[column]) for row in rows[1:] if row[column].strip()]
            most = maxima.pop() if len(maxima) == 1 else None
            if most and all(grade is not None and grade <= most for grade in grades):
                found[rows[0][column]] = column, most
        if len(found) > 1 and self.graded_class.column in found:
            found = {self.graded_class.column: found[self.graded_class.column]}
        if len(found) > 1:
            raise PracticalsError(
                f"{file} has {len(found)} columns that could be the grade's: {', '.join(map(repr, found))}",
                f"Say which it is: --column {next(reversed(found))!r}",
            )
        if not found:
            raise PracticalsError(
                f"{file} has no column of grades before one with the maximum",
                "An assignment that is marked with a scale, or without points, has none",
            )
        ((column, most),) = found.values()
        return rows, column, most


def _number(text: str) -> float | None:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None
