"""What nbgrader_config.py says of executions holds on every way to grade."""

import subprocess
from pathlib import Path

import distributed
import light_kernels
import pytest
from nbgrader.apps import NbGraderAPI
from rich.console import Console
from toy_course import GOOD, ToyCourse
from traitlets.config import Config

from autograder.engine import split
from autograder.engine.executor import ExecuteSplit, settings
from autograder.engine.limits import INCIDENTS, KERNEL_DIED, NOTEBOOK_TIME_LIMIT, Limits, incidents
from autograder.errors import PracticalsError
from autograder.grading import run
from autograder.grading.options import GradeOptions
from autograder.grading.run import grade
from autograder.grading.single import grade_notebook
from autograder.practical.notebooks import read_notebook
from autograder.proof import graded_bank

HOG = {**GOOD, "square": "hog = np.ones(80_000_000)"}  # 640 MB
LOOP = {**GOOD, "square": "while True: pass"}
QUIET = Console(quiet=True)


def set_in_the_course(toy: ToyCourse, **values) -> None:
    """Write settings as an instructor does: a line each in nbgrader_config.py."""
    with (toy.root / "nbgrader_config.py").open("a") as file:
        file.writelines(f"c.ExecuteSplit.{name} = {value!r}\n" for name, value in values.items())


def by_class(toy: ToyCourse) -> str:
    return _status(toy)


def by_cluster(toy: ToyCourse) -> str:
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, protocol="tcp://", host="127.0.0.1",
        dashboard_address=None, local_directory=str(toy.root / "dask"),
    ) as local:  # fmt: skip
        return _status(toy, cluster=local.scheduler_address)


def _status(toy: ToyCourse, **options) -> str:
    told = GradeOptions(submitted=toy.submitted, output=toy.root / "out", workers=1, **options)
    return grade(toy.root, "toy", QUIET, told).results[0].status


def by_notebook(toy: ToyCourse) -> str:
    return grade_notebook(toy.folder("s1") / "toy.ipynb", toy.source, cell_seconds=60).result.status


def by_nbgrader(toy: ToyCourse) -> str:
    released(toy)
    done = autograde(toy)
    assert done.returncode == 0, done.stderr
    return _of_executed(toy)


def by_formgrader(toy: ToyCourse) -> str:
    assert released(toy).autograde("toy", "s1")["success"]
    return _of_executed(toy)


def released(toy: ToyCourse) -> NbGraderAPI:
    """What the Formgrader calls, in a course whose release it has made."""
    (toy.root / "submitted").symlink_to(toy.submitted)
    config = toy.config
    config.CourseDirectory.root = str(toy.root)
    api = NbGraderAPI(config=config)
    assert api.generate_assignment("toy")["success"]
    return api


def autograde(toy: ToyCourse) -> subprocess.CompletedProcess:
    """Run plain nbgrader in the course."""
    return light_kernels.nbgrader("autograde", "toy", cwd=toy.root, check=False)


def _of_executed(toy: ToyCourse) -> str:
    return "; ".join(incidents(read_notebook(toy.root / "autograded" / "s1" / "toy" / "toy.ipynb")))


WAYS = [
    by_class,
    by_notebook,
    *(pytest.param(way, marks=pytest.mark.slow) for way in (by_cluster, by_nbgrader, by_formgrader)),
]


@pytest.mark.parametrize("way", WAYS)
def test_a_kernel_that_uses_more_memory_than_is_set_is_ended(toy, way):
    toy.submit("s1", HOG)
    set_in_the_course(toy, memory=400)
    assert f"{INCIDENTS[KERNEL_DIED]}: 1" in way(toy)


@pytest.mark.parametrize("way", WAYS)
def test_a_notebook_has_the_seconds_that_are_set_whatever_a_cell_has(toy, way):
    toy.submit("s1", LOOP)
    set_in_the_course(toy, notebook_seconds=8, timeout=60)
    assert INCIDENTS[NOTEBOOK_TIME_LIMIT] in way(toy)


def test_what_the_default_allows_is_not_ended(toy):
    toy.submit("s1", HOG)
    assert by_class(toy) == "graded"


def test_the_audit_grades_the_bank_with_what_a_class_gets_and_four_times_the_seconds(toy, monkeypatch):
    set_in_the_course(toy, memory=1000, processes=50, cpu_seconds=70, timeout=20, notebook_seconds=90)

    class Made(Exception):
        """Carries a job."""

    def not_executed(students, job, workers):
        raise Made(job(students[0]))

    monkeypatch.setattr(graded_bank, "execute_all", not_executed)
    with pytest.raises(Made) as made:
        graded_bank.grade_packed(toy.root, "toy", read_notebook(toy.source), [], [], 1)
    limits = made.value.args[0].limits
    assert (limits.memory, limits.processes, limits.cpu_seconds) == (1000, 50, 70)
    assert (limits.cell_seconds, limits.notebook_seconds) == (80, 360)


@pytest.mark.parametrize("value", [0, -1, "lots", None, 300.5])
@pytest.mark.parametrize("name", ["timeout", "notebook_seconds", "memory", "processes", "cpu_seconds"])
def test_a_value_that_cannot_be_is_one_sentence_that_names_the_setting(name, value):
    with pytest.raises(PracticalsError) as error:
        settings(Config({"ExecuteSplit": {name: value}}))
    sentence = str(error.value)
    assert sentence.startswith(f"c.ExecuteSplit.{name} is {value!r}, and takes a whole number of ")
    assert sentence.endswith(" or more. Correct it in nbgrader_config.py")


def test_the_guide_has_every_setting_with_its_default():
    guide = (Path(__file__).resolve().parents[2] / "docs" / "instructors.md").read_text("utf-8")
    executor = ExecuteSplit()
    for name in ("timeout", "notebook_seconds", "memory", "processes", "cpu_seconds", "sandbox"):
        assert f"| `c.ExecuteSplit.{name}` | {getattr(executor, name)} |" in guide
        assert executor.traits()[name].help


@pytest.mark.parametrize("way", WAYS[:2])
def test_before_anything_is_written_a_wrong_setting_is_named(toy, way):
    toy.submit("s1", GOOD)
    set_in_the_course(toy, memory="4 GB")
    with pytest.raises(PracticalsError, match=r"c\.ExecuteSplit\.memory is '4 GB'"):
        way(toy)
    assert not (toy.root / "out").exists()


@pytest.mark.slow
def test_plain_nbgrader_names_a_wrong_setting_too(toy):
    toy.submit("s1", GOOD)
    released(toy)
    set_in_the_course(toy, memory=0)
    done = autograde(toy)
    assert done.returncode != 0
    assert "c.ExecuteSplit.memory is 0, and takes a whole number of MB" in done.stderr


def test_the_sandbox_that_is_switched_off_in_the_course_is_off_on_every_way(toy, monkeypatch):
    class Asked(Exception):
        """Carries whether the execution is to be isolated."""

    def not_executed(*_, sandboxed, **__):
        raise Asked(sandboxed)

    monkeypatch.setattr(split, "kernel_parent", not_executed)
    monkeypatch.setattr(run, "start_early", not_executed)
    toy.submit("s1", GOOD)
    set_in_the_course(toy, sandbox=False)
    for way in (by_class, by_notebook):
        with pytest.raises(Asked) as asked:
            way(toy)
        assert asked.value.args == (False,)


def test_the_command_line_switches_the_sandbox_off_and_never_on(toy):
    assert settings(toy.config) == (Limits(), True)
    assert settings(toy.config, cell_seconds=7, sandboxed=False) == (Limits(cell_seconds=7), False)
    set_in_the_course(toy, sandbox=False)
    assert settings(toy.config, sandboxed=True)[1] is False
