"""For Gradescope, which imports no table of scores: an autograder that answers with them, and a roster.

https://gradescope-autograders.readthedocs.io/en/latest/specs/ and https://guides.gradescope.com, "Adding
Students and Staff".
"""

import json
from pathlib import Path

from nbgrader.preprocessors import ClearHiddenTests

from autograder.files import write_csv, write_zip
from autograder.grading.feedback import checks_as_text
from autograder.grading.students import named
from autograder.practical.notebooks import read_notebook
from autograder.reporting.class_report import executed_notebook
from autograder.reporting.graded_class import Export, GradedClass

SETUP = """#!/usr/bin/env bash
command -v python3 || { apt-get update && apt-get install -y python3; }
"""
# Read by Python 3.6 too: an assignment copied from an old one keeps its image, Ubuntu 18.04
RUN_AUTOGRADER = '''#!/usr/bin/env python3
"""Hands Gradescope the grades that were worked out elsewhere; runs nothing that was submitted."""

import json
import sys
from pathlib import Path

root = Path(sys.argv[1] if len(sys.argv) > 1 else "/autograder")
grades = json.loads((root / "source" / "grades.json").read_text("utf-8"))
users = json.loads((root / "submission_metadata.json").read_text("utf-8"))["users"]
emails = [(user["email"] or "").strip().lower() for user in users]
found = [grades[email] for email in emails if email in grades]
unknown = {"score": 0, "output": "There is no grade for this e-mail address yet."}
(root / "results").mkdir(exist_ok=True)
(root / "results" / "results.json").write_text(json.dumps(found[0] if found else unknown), "utf-8")
'''


class Gradescope(Export):
    """Gradescope knows people by their e-mail address."""

    writes = "an autograder (zip) and a roster (CSV)"
    gets_in = (
        "Gradescope imports no table of scores. Make a programming assignment, upload the zip as its "
        "autograder and run it on the submissions: it looks up the grade by the student's e-mail address, "
        "and runs nothing that was submitted. The roster goes to *Roster → Add students*"
    )

    def write(self, stem: Path) -> list[Path]:
        """The archive with the grades of those who have one, and everybody as a roster."""
        archive, roster = stem.with_name(f"{stem.name}.zip"), stem.with_name(f"{stem.name}-roster.csv")
        contents = {
            "setup.sh": SETUP,
            "run_autograder": RUN_AUTOGRADER,
            "grades.json": json.dumps(gradescope_results(self.graded_class), ensure_ascii=False, indent=1),
        }
        write_zip(archive, contents, executable=("setup.sh", "run_autograder"))
        everybody = [one.student for one in (*self.graded_class.graded, *self.graded_class.held_back)]
        rows = [[one.first_name, one.last_name, one.email, one.id] for one in everybody]
        write_csv(
            roster, [["First Name", "Last Name", "Email", "SID"], *sorted(rows, key=lambda row: row[-1])]
        )
        return [archive, roster]

    def notes(self) -> list[str]:
        """Whose grade Gradescope could not find."""
        notes = []
        if unknown := [one.student.id for one in self.graded_class.graded if not one.address]:
            notes.append(
                f"Students without an e-mail address: {named(unknown)}; give it with `practicals roster`."
            )
        if shared := self.graded_class.shared_addresses:
            notes.append(
                f"E-mail addresses that several students have, left out: {', '.join(sorted(shared))}."
            )
        return notes


def gradescope_results(graded_class: GradedClass) -> dict[str, dict]:
    """Gradescope's results.json of each student with a result, by e-mail address.

    Who has no address, or shares one, is left out: nobody is to get somebody else's grade.
    """
    delimiters = ClearHiddenTests(config=graded_class.course.config)
    found = {}
    for one in graded_class.graded:
        if one.result is None or not one.address or one.address in graded_class.shared_addresses:
            continue
        path = executed_notebook(graded_class.course, one.student.id)
        checks = checks_as_text(read_notebook(path), delimiters) if path.is_file() else {}
        lines = [one.result.status, *one.result.notes]
        if one.incomplete:
            lines.append(f"Still to be marked by a person: {one.result.manual_points_pending:g} points.")
        found[one.address] = {
            "score": one.score or 0.0,
            "output": "\n".join(lines),
            "stdout_visibility": "hidden",
            "tests": [
                {
                    "name": cell.title,
                    "number": str(number),
                    "score": cell.score,
                    "max_score": cell.max_score,
                    "output": checks.get(cell.grade_id, ""),
                }
                for number, cell in enumerate(one.result.cells, start=1)
                if cell.score is not None
            ],
        }
    return found
