"""From release to feedback on a real hub: what the instructor types, and what the students' servers do."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator

import nbformat
import pytest
from command_line import environment
from enclosure import DATA, EXCHANGE, INSTRUCTOR
from hub import PYTHON, Hub
from toy_course import GOOD, HALF_SQUARE, ToyCourse, cell_named, exercise_cell, test_cell, toy_cells

from course_utils import data

COURSE_ID = "deep-learning-practicals"
NOTEBOOK = "toy/toy.ipynb"
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("hub")]


def press(hub: Hub, user: str, button: str) -> dict:
    """What the server of a student does when a button in the assignment list is pressed."""
    data = {"course_id": COURSE_ID, "assignment_id": "toy"}
    return hub.ask("POST", f"/user/{user}/assignments/{button}", data=data).json()


def answer(hub: Hub, user: str, answers: dict[str, str]) -> None:
    """Write answers into the notebook that was fetched, and save it."""
    path = f"/user/{user}/api/contents/{NOTEBOOK}"
    notebook = nbformat.from_dict(hub.ask("GET", path).json()["content"])
    for name, source in answers.items():
        cell_named(notebook, name).source = source
    saved = hub.ask("PUT", path, data=json.dumps({"type": "notebook", "content": notebook}))
    assert saved.ok, saved.text


def release(hub: Hub, *options: str) -> None:
    hub.run(INSTRUCTOR, "nbgrader", "release_assignment", "toy", *options, cwd="course")


def collect(hub: Hub) -> None:
    hub.run(INSTRUCTOR, "nbgrader", "collect", "toy", cwd="course")


def collected(course: ToyCourse, student: str) -> str:
    """The answer to the first exercise that was collected."""
    notebook = nbformat.read(course.root / "submitted" / student / NOTEBOOK, as_version=4)
    return cell_named(notebook, "square").source


def grade(hub: Hub) -> str:
    """What `practicals grade` says."""
    return hub.run(INSTRUCTOR, "practicals", "grade", "toy", cwd="course").stdout


def page(hub: Hub, student: str) -> str:
    """The newest page of feedback, as the student's server gives it."""
    listed = press(hub, student, "fetch_feedback")["value"]
    (submitted,) = (one for one in listed if one["status"] == "submitted")
    folder = max(one["local_feedback_path"] for one in submitted["submissions"])
    return hub.ask("GET", f"/user/{student}/files/{folder}/toy.html").text


def test_from_release_to_feedback(hub: Hub, course: ToyCourse):
    release(hub)
    for student, answers in (("anna", GOOD), ("ben", {**GOOD, "square": HALF_SQUARE})):
        press(hub, student, "fetch")
        answer(hub, student, answers)
        assert press(hub, student, "submit")["success"]
    collect(hub)
    said = grade(hub)
    assert "anna: graded; points: 5 / 9" in said
    assert "ben: graded; points: 3 / 9" in said
    hub.run(INSTRUCTOR, "nbgrader", "release_feedback", "toy", cwd="course")
    missed = "a negative number: 0 of 2 points"
    assert missed in page(hub, "ben")
    assert missed not in page(hub, "anna")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give each user of the hub a number of its own")
def test_students_cannot_read_what_others_handed_in(hub: Hub, course: ToyCourse):
    release(hub)
    press(hub, "anna", "fetch")
    assert press(hub, "anna", "submit")["success"]
    inbound = EXCHANGE / COURSE_ID / "inbound"
    assert "Permission denied" in hub.run("ben", "ls", str(inbound), check=False).stderr
    assert hub.run(INSTRUCTOR, "ls", str(inbound)).stdout.startswith("anna+toy+")
    # whose each is, nbgrader cannot see here: a user's namespace has one number only
    collect(hub)
    assert "raise NotImplementedError" in collected(course, "anna")


def test_data_sets_are_read_from_a_volume_that_nobody_can_write_to(hub: Hub):
    places = (data.keras_home() / "datasets", data.SYSTEM_FOLDER)
    source = next(place / "fashion-mnist" for place in places if (place / "fashion-mnist").is_dir())
    shutil.copytree(source, hub.place / "data" / "fashion-mnist")
    code = "from course_utils import data; print(data.load('fashion_mnist').x_train.shape)"
    assert hub.run("anna", "python", "-c", code).stdout.endswith("(60000, 28, 28)\n")
    assert "Read-only file system" in hub.run("anna", "touch", str(DATA / "mine"), check=False).stderr


# --- bad input ----------------------------------------------------------------------------------------------


def test_an_exchange_that_cannot_be_written_to_is_named_and_no_work_is_lost(hub: Hub, course: ToyCourse):
    release(hub)
    press(hub, "anna", "fetch")
    answer(hub, "anna", GOOD)
    hub.exchange.chmod(0o555)
    try:
        refused = press(hub, "anna", "submit")
    finally:
        hub.exchange.chmod(0o777)
    assert not refused["success"]
    assert f"Unwritable directory, please contact your instructor: {EXCHANGE}" in refused["value"]
    assert press(hub, "anna", "submit")["success"]
    collect(hub)
    assert collected(course, "anna") == GOOD["square"]


def test_who_fetched_an_older_release_is_graded_by_the_new_one(hub: Hub, course: ToyCourse):
    release(hub)
    press(hub, "anna", "fetch")
    answer(hub, "anna", GOOD)
    reference = "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION"
    added = [exercise_cell("double", reference), test_cell("double-test", "assert double(4) == 8", 1)]
    course.write_source([*toy_cells(), *added])
    nbformat.write(course.notebook(), course.root / "release" / NOTEBOOK)
    release(hub, "--force")

    before = (hub.home("anna") / NOTEBOOK).read_bytes()
    press(hub, "anna", "fetch")
    assert (hub.home("anna") / NOTEBOOK).read_bytes() == before
    assert press(hub, "anna", "submit")["success"]
    press(hub, "ben", "fetch")
    answer(hub, "ben", {**GOOD, "double": "def double(x):\n    return x + x"})
    assert press(hub, "ben", "submit")["success"]
    collect(hub)
    said = grade(hub)
    assert "anna: graded; points: 5 / 10" in said
    assert "ben: graded; points: 6 / 10" in said


def test_of_two_submissions_in_one_second_the_later_counts_and_both_are_kept(hub: Hub, course: ToyCourse):
    release(hub)
    press(hub, "anna", "fetch")
    inbound = hub.exchange / COURSE_ID / "inbound"
    for microsecond, answers in (("000002", GOOD), ("000001", {**GOOD, "square": HALF_SQUARE})):
        answer(hub, "anna", answers)
        assert press(hub, "anna", "submit")["success"]
        (new,) = (path for path in inbound.iterdir() if "12:00:00" not in path.name)
        time = f"2026-11-29 12:00:00.{microsecond} UTC"
        (new / "timestamp.txt").write_text(time)
        new.rename(inbound / f"anna+toy+{time}+{new.name.rpartition('+')[2]}")
    collect(hub)
    assert collected(course, "anna") == GOOD["square"]
    assert len(list(inbound.iterdir())) == 2


def test_a_hub_that_restarts_ends_no_server_and_no_kernel(hub: Hub, course: ToyCourse):
    release(hub)
    press(hub, "anna", "fetch")
    kernel = hub.ask("POST", "/user/anna/api/kernels").json()["id"]
    hub.stop()
    hub.start()
    assert kernel in [one["id"] for one in hub.ask("GET", "/user/anna/api/kernels").json()]
    answer(hub, "anna", GOOD)
    assert press(hub, "anna", "submit")["success"]


@pytest.fixture
def culler(hub: Hub) -> Iterator[Callable[[], subprocess.Popen]]:
    """Starts the service that ends idle servers, for which a second is long."""
    command = [sys.executable, "-m", "jupyterhub_idle_culler", "--timeout=1", "--cull-every=1"]
    started = []

    def start() -> subprocess.Popen:
        env = environment(PYTHON, JUPYTERHUB_API_URL=f"{hub.inner}/hub/api", JUPYTERHUB_API_TOKEN=hub.token)
        started.append(subprocess.Popen(command, env=env, cwd=hub.place))
        return started[-1]

    yield start
    for process in started:
        process.terminate()
        process.wait()


def test_an_idle_server_ends_and_what_was_saved_is_there_the_next_time(hub: Hub, course: ToyCourse, culler):
    release(hub)
    press(hub, "anna", "fetch")
    answer(hub, "anna", GOOD)
    culler()
    hub.wait(lambda: not hub.runs("anna"))
    hub.serve("anna")
    assert press(hub, "anna", "submit")["success"]
