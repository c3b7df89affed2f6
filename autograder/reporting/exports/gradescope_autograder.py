"""For Gradescope: an autograder that grades notebooks there, with the engine that grades classes here.

https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

import re
from pathlib import Path

import autograder
import course_utils
from autograder.engine.assignment import given_files
from autograder.files import write_zip
from autograder.practical.paths import COURSE_ROOT_MARKER
from autograder.practical.points import FILE as POINTS
from autograder.reporting.graded_class import Export
from course_utils.data import CLASS_NAMES

LOADS = re.compile(r"""\bload\(\\?["'](\w+)\\?["']""")  # data sets, as a notebook's JSON has the call
SETUP = """#!/usr/bin/env bash
# Makes the image, once, with a network: Python, bubblewrap, the locked packages, the data sets
set -euo pipefail
apt-get update
apt-get install --yes --no-install-recommends bubblewrap python3 python3-venv
python3 -m venv /opt/uv
/opt/uv/bin/pip install uv
export UV_PYTHON_INSTALL_DIR=/opt/python # where everybody can read it, as grading without a sandbox wants
/opt/uv/bin/uv venv --python 3.12 /opt/grader
/opt/uv/bin/uv pip install --python /opt/grader/bin/python --require-hashes \\
    --requirement /autograder/source/requirements.lock
cd /autograder/source
{data}"""
LOCK = Path(autograder.__path__[0]).parent / "requirements.lock"
DATA = "/opt/grader/bin/python -m course_utils.data {name}\n"
RUN_AUTOGRADER = """#!/usr/bin/env bash
# Grades one submission; writes /autograder/results/results.json
cd /autograder/source
export PYTHONPATH=/autograder/source COURSE_BUDGET=quick
exec /opt/grader/bin/python -m autograder.grading.on_gradescope /autograder
"""


class GradescopeAutograder(Export):
    """Holds solutions and hidden tests: Gradescope shows an autograder to instructors alone."""

    writes = "an autograder (zip) that grades each notebook on Gradescope as it is handed in"
    gets_in = (
        "make a programming assignment and upload the zip as its autograder: *setup.sh* installs Python and "
        "the locked packages. An exercise is a test; hidden parts are shown once grades are published; "
        "essays are left to people ([more](exports.md#grading-on-gradescope)). It needs no gradebook"
    )
    needs_grades = False

    def write(self, stem: Path) -> list[Path]:
        """The archive: code, the practical's notebook with its tests, and the two scripts."""
        path = stem.with_name(f"{stem.name}.zip")
        course = self.graded_class.course
        practical = Path("source") / course.practical
        names = sorted(set(LOADS.findall(course.source.read_text("utf-8"))) & set(CLASS_NAMES))
        contents: dict[str, str | bytes | Path] = {
            "setup.sh": SETUP.format(data="".join(DATA.format(name=name) for name in names)),
            "run_autograder": RUN_AUTOGRADER,
            COURSE_ROOT_MARKER: course.root / COURSE_ROOT_MARKER,
            "requirements.lock": LOCK,
            f"{practical}/{course.source.name}": course.source,
        }
        if (own := course.root / POINTS).is_file():
            contents[POINTS] = own
        given = given_files(course.coursedir, course.practical)
        contents |= {f"{practical}/{name}": file for name, file in given.items()}
        for package in (autograder, course_utils):
            folder = Path(package.__path__[0])
            contents |= {
                f"{folder.name}/{file.relative_to(folder).as_posix()}": file
                for file in folder.rglob("*")
                if file.is_file() and "__pycache__" not in file.parts
            }
        write_zip(path, contents, executable=("setup.sh", "run_autograder"))
        return [path]
