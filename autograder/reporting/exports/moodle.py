"""For Moodle's grade import, whose columns are mapped by hand (https://docs.moodle.org/en/Grade_import).

What is said here of the import is what its code does: moodle/moodle, grade/import/csv/classes/load_data.php.
"""

from pathlib import Path

from autograder.files import write_csv
from autograder.grading.students import Student, named
from autograder.reporting.graded_class import Export

MAXIMUM = 100  # points, unless the site has `unlimitedgrades`


class Moodle(Export):
    """Moodle finds a student by the column that is mapped to the user; one wrong row cancels the import."""

    writes = "a CSV for *Grades → Import → CSV file*"
    gets_in = (
        "map *Username* to username, or *Email address* to useremail. Students without a score are left "
        "out: an empty grade would replace one typed in by hand. Moodle cancels the whole import for a "
        "student whom it does not know, an address that is empty or that two people share, and a grade "
        "above 100, unless the site allows more; the command names the students"
    )

    def write(self, stem: Path) -> list[Path]:
        """One file, without those who have no score."""
        path = stem.with_name(f"{stem.name}.csv")
        header = ["First name", "Last name", "Username", "Email address", self.graded_class.column]
        rows = [
            [one.student.first_name, one.student.last_name, one.student.id, one.student.email, one.score]
            for one in self.graded_class.scored
        ]
        write_csv(path, [header, *rows])
        return [path]

    def notes(self) -> list[str]:
        """Who would cancel the import, or would not get this grade."""
        scored, maximum = self.graded_class.scored, min(MAXIMUM, self.graded_class.max_score)
        notes = []
        if unlisted := [one.student.id for one in scored if one.student == Student(one.student.id)]:
            notes.append(
                "In no class list, and perhaps unknown to Moodle, which cancels the import at the first user "
                f"that it does not know: {named(unlisted)}. Take their rows out, or fix their ids."
            )
        if without := [one.student.id for one in scored if not one.address]:
            notes.append(
                "Without an e-mail address, so that Moodle cancels an import by address, or gives the "
                f"grade to the student in the row above: {named(without)}. Map Username, or give the "
                "addresses with `practicals roster`."
            )
        if shared := [one.student.id for one in scored if one.address in self.graded_class.shared_addresses]:
            notes.append(
                "With an e-mail address that somebody else has too, so that Moodle cancels an import by "
                f"address: {named(shared)}. Map Username."
            )
        if above := [f"{one.student.id}: {one.score:g}" for one in scored if (one.score or 0) > maximum]:
            notes.append(
                f"With more than {maximum:g} points: {named(above)}. Moodle cuts a grade at the maximum of "
                f"its grade item, and cancels the import for one above {MAXIMUM}, unless the site allows "
                "more (`unlimitedgrades`)."
            )
        return notes
