"""Two courses on one machine, in folders with spaces in their names: neither knows of the other."""

import csv
import subprocess
from pathlib import Path

import light_kernels
import nbformat
import pytest
from command_line import environment
from platform_archives import canvas_name, write_zip
from toy_course import GOOD, HALF_SQUARE, ToyCourse, new_toy

from autograder.errors import PracticalsError
from autograder.grading.course import Course


def named(toy: ToyCourse, course_id: str) -> ToyCourse:
    """A course under an id of its own, written as an instructor does."""
    with (toy.root / "nbgrader_config.py").open("a") as file:
        file.write(f"c.CourseDirectory.course_id = {course_id!r}\n")
    return toy


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_gradebook_of_another_course_is_refused_and_stays_as_it_is(tmp_path):
    """A setting that both courses read may name one; names of practicals and students are the same."""
    address = f"sqlite:///{tmp_path / 'all courses.db'}"
    courses = []
    for course_id in ("statistics", "deep learning"):
        root = named(new_toy(tmp_path / course_id), course_id).root
        courses.append(Course(root, "toy", root, root / "submitted", address))
    courses[0].prepare()
    before = (tmp_path / "all courses.db").read_bytes()
    with pytest.raises(PracticalsError, match=r"of the course 'statistics', not of 'deep learning'") as error:
        courses[1].prepare()
    assert "\n" not in str(error.value)
    assert (tmp_path / "all courses.db").read_bytes() == before
    courses[0].prepare()


def test_a_gradebook_that_was_made_without_a_name_of_the_course_is_taken(tmp_path):
    root = named(new_toy(tmp_path / "course"), "").root
    Course(root, "toy", root, root / "submitted").prepare()
    named(new_toy(tmp_path / "renamed"), "deep learning").root.joinpath("nbgrader_config.py").rename(
        root / "nbgrader_config.py"
    )
    course = Course(root, "toy", root, root / "submitted")
    course.prepare()
    assert course.gradebook.course_id == "deep learning"


@pytest.mark.slow
def test_two_courses_at_the_same_time_in_one_configuration(practicals, nbgrader, tmp_path):
    """The user's settings name the first course, as for its Formgrader, and say what holds in both."""
    first, second = (named(new_toy(tmp_path / f"course {n}"), f"course-{n}") for n in (1, 2))
    settings = tmp_path / "home" / "nbgrader_config.py"
    settings.parent.mkdir()
    settings.write_text(
        "c = get_config()\n"
        f"load_subconfig('nbgrader_config.py', path={str(first.root)!r})\n"
        f"c.CourseDirectory.root = {str(first.root)!r}\n"
        "c.Exchange.timezone = 'Europe/Berlin'\n"
    )
    env = environment(JUPYTER_CONFIG_DIR=str(settings.parent))
    for toy, answers in ((first, GOOD), (second, {**GOOD, "square": HALF_SQUARE})):
        folder = toy.root / "submitted" / "ann" / "toy"
        folder.mkdir(parents=True)
        nbformat.write(toy.notebook(answers), folder / "toy.ipynb")
        (folder / "timestamp.txt").write_text("2026-11-30 18:30:00 CET")  # of the zone that holds in both
    due = ["--due", "2026-11-30 18:00 Europe/Berlin"]
    command = [*light_kernels.command("autograder.cli"), "grade", "toy", *due]
    both = [
        subprocess.Popen(command, cwd=toy.root, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for toy in (first, second)
    ]
    told = [process.communicate() for process in both]
    assert [process.returncode for process in both] == [0, 0], told
    for toy, points in ((first, "5"), (second, "3")):
        with (toy.root / "grades.csv").open(newline="") as file:
            (row,) = csv.DictReader(file)
        assert (row["student_id"], row["score"], float(row["late_seconds"])) == ("ann", points, 1800)
    before = contents(first.root)
    nbgrader("autograde", "toy", "--force", cwd=second.root, env=env)
    nbgrader("export", "--to", tmp_path / "theirs.csv", cwd=second.root, env=env)
    assert contents(first.root) == before
    titles, theirs = (line.split(",") for line in (tmp_path / "theirs.csv").read_text().splitlines())
    assert float(theirs[titles.index("score")]) == 3


@pytest.mark.slow
def test_two_courses_in_folders_with_spaces(practicals, nbgrader, tmp_path):
    """Class list, archive, grades by `practicals`; then the same grades by nbgrader's own command."""
    answers = {"my first course": GOOD, "my second course": {**GOOD, "square": HALF_SQUARE}}
    for name, given in answers.items():
        toy = new_toy(tmp_path / name)
        (toy.root / "class list.csv").write_text("id,last_name,first_name\nann,O'Neil,Anna\n")
        files = {canvas_name("O'Neil, Anna", 1, 2, "toy.ipynb"): nbformat.writes(toy.notebook(given))}
        write_zip(toy.root / "my submissions (1).zip", files)
        practicals("roster", "class list.csv", cwd=toy.root)
        practicals("collect", "my submissions (1).zip", cwd=toy.root)
        practicals("grade", "toy", cwd=toy.root)
    for name, points in (("my first course", "5"), ("my second course", "3")):
        folder = tmp_path / name
        _, row = (folder / "grades.csv").read_text().splitlines()
        assert row.split(",")[:3] == ["ann", "toy", points]
        assert (folder / "feedback" / "ann" / "toy" / "toy.html").is_file()
        nbgrader("autograde", "toy", "--force", cwd=folder)
        nbgrader("export", "--to", folder / "theirs.csv", cwd=folder)
        titles, theirs = ((folder / "theirs.csv").read_text().splitlines()[i].split(",") for i in (0, 1))
        assert float(theirs[titles.index("score")]) == float(points)
