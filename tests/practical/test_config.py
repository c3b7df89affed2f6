"""A wrong nbgrader_config.py: one sentence with file and line, and what to do."""

import shutil
from pathlib import Path

import pytest
from nbgrader.apps.baseapp import NbGrader
from nbgrader.preprocessors import Execute
from toy_course import BANK
from typer.testing import CliRunner

from autograder.cli import app
from autograder.engine import parents
from autograder.errors import PracticalsError
from autograder.practical import config as module
from autograder.practical.bank import read_bank
from autograder.practical.config import read_config
from autograder.practical.paths import course_config
from autograder.proof.equivalents import read_equivalents

REPOSITORY = Path(__file__).resolve().parents[2]
WRONG = {
    "c.x = (": r"'\(' was never closed",
    "1 / 0": "ZeroDivisionError: division by zero",
    "import not_installed": "No module named 'not_installed'",
    "c.GraduatedPenalty.percent = 'ten'": r"c\.GraduatedPenalty\.percent = 'ten': .* expected a float",
    "c.GraduatedPenalty.percent = 200": "should not be greater than 100.0",
    "c.GraduatedPenalty.per = 'week'": r"expected any of \['hour', 'day'\]",
    "c.GraduatedPenalty.percnt = 5": "GraduatedPenalty has no setting 'percnt'; it has .*percent",
    "c.ExecuteSplit.notebook_seconds = 'long'": r"c\.ExecuteSplit\.notebook_seconds (=|is) 'long'",
    "c.CourseDirectory.course_id = 5": r"c\.CourseDirectory\.course_id = 5: ",
    "c.Autograde.autograde_preprocessors = 5": r"c\.Autograde\.autograde_preprocessors = 5: ",
    "c.AssignLatePenalties.plugin_class = 'x.y.Z'": "'x.y.Z' could not be imported",
}
RIGHT = [
    "c.GraduatedPenalty.percent = 10",  # a whole number does for a float
    "c.CourseDirectory.ignore.append('x')",
    "c.FormgradeApp.port = 5005",  # of a class that is not loaded here
    "c.ClearSolutions.of_another_version = 1",  # nbgrader's own names come and go
]
FORMER_IMPORTS = """from autograder.engine.rebuild import RebuildSubmission
from autograder.engine.split import ExecuteSplit
from autograder.release import ClearBuildMetadata
c = get_config()
"""


@pytest.fixture
def path(tmp_path) -> Path:
    """This course's configuration, in a folder of its own."""
    return Path(shutil.copy(REPOSITORY / "nbgrader_config.py", tmp_path))


def add(path: Path, line: str) -> int:
    """Write a line at the end; its number."""
    path.write_text(path.read_text("utf-8") + f"{line}\n", "utf-8")
    return len(path.read_text("utf-8").splitlines())


def test_the_configuration_of_this_course_is_right():
    assert course_config(REPOSITORY).CourseDirectory.course_id == "deep-learning-practicals"


@pytest.mark.parametrize("line", RIGHT)
def test_what_is_right_is_read(path, line):
    add(path, line)
    read_config(path)


@pytest.mark.parametrize("line", WRONG)
def test_what_is_wrong_is_a_sentence_with_file_and_line(path, line):
    number = add(path, line)
    with pytest.raises(PracticalsError, match=WRONG[line]) as error:
        read_config(path)
    assert error.value.problem.startswith(f"{path}, line {number}: ")
    assert "\n" not in str(error.value)


@pytest.fixture
def shared(tmp_path, monkeypatch) -> Path:
    """The user's file of settings, in Jupyter's folder; the machine's is beside it."""
    for variable, name in (("JUPYTER_CONFIG_PATH", "machine"), ("JUPYTER_CONFIG_DIR", "user")):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(variable, str(tmp_path / name))
    (tmp_path / "machine" / "nbgrader_config.py").write_text("c.Exchange.timezone = 'Europe/Berlin'\n")
    return tmp_path / "user" / "nbgrader_config.py"


def test_settings_of_the_machine_hold_in_every_course_that_does_not_say_otherwise(path, shared):
    shared.write_text(
        "c.ExecuteSplit.memory = 8192\nc.ExecuteSplit.timeout = 99\nc.CourseDirectory.root = '/x'\n"
    )
    config = read_config(path)
    assert config.Exchange.timezone == "Europe/Berlin"
    assert config.ExecuteSplit.memory == 8192
    assert config.ExecuteSplit.timeout == 30  # as the course says
    assert config.CourseDirectory.root == str(path.parent)  # nobody else's folder
    add(path, "c.Exchange.timezone = 'UTC'")
    assert read_config(path).Exchange.timezone == "UTC"


def test_settings_are_those_that_nbgrader_reads_in_the_course(path, shared, monkeypatch):
    shared.write_text("c.ExecuteSplit.memory = 8192\nc.Autograde.force = True\n")
    monkeypatch.chdir(path.parent)
    theirs = NbGrader(config_dir=str(shared.parent))
    theirs.load_config_file()
    ours = read_config(path)
    for section in ("CourseDirectory", "ExecuteSplit", "Autograde", "Exchange", "GraduatedPenalty"):
        assert ours[section] == theirs.config[section], section


@pytest.mark.parametrize("line", ["c.x = (", "1 / 0", "c.ExecuteSplit.notebook_seconds = 'long'"])
def test_what_is_wrong_in_a_shared_file_names_that_file(path, shared, line):
    shared.write_text(f"c = get_config()\n{line}\n")
    with pytest.raises(PracticalsError, match=WRONG[line]) as error:
        read_config(path)
    assert error.value.problem.startswith(f"{shared}, line 2: ")


@pytest.mark.parametrize("line", ["c.x = (", "1 / 0", "c.CourseDirectory.course_id = 5"])
def test_what_is_wrong_in_a_file_of_several_courses_names_that_file(path, line):
    several = path.parent / "of several courses.py"
    several.write_text("c = get_config()\nc.ExecuteSplit.memory = 8192\n")
    add(path, f"load_subconfig({several.name!r})")
    assert read_config(path).ExecuteSplit.memory == 8192
    number = add(several, line)
    with pytest.raises(PracticalsError, match=WRONG[line]) as error:
        read_config(path)
    assert error.value.problem.startswith(f"{several}, line {number}: ")


def test_modules_that_have_moved_are_named_with_the_line_to_write(path):
    path.write_text(FORMER_IMPORTS)
    with pytest.raises(PracticalsError, match=r"line [23]: .*'autograder\.(release|engine\.split)'") as error:
        read_config(path)
    assert error.value.remedy == (
        "Replace what it imports from autograder (lines 1, 2, 3) by: "
        "from autograder.plugins import ClearBuildMetadata, ExecuteSplit, RebuildSubmission"
    )
    line = error.value.remedy.partition("by: ")[2]
    path.write_text(f"{line}\nc = get_config()\n")
    read_config(path)


def test_settings_of_a_class_that_has_another_name_now_are_not_passed_over(path, monkeypatch):
    class Now(Execute):
        """In place of a class that was called Former."""

    monkeypatch.setattr(module, "RENAMED", {"Former": "Now"})
    add(path, "c.Now.timeout = 4")
    number = add(path, "c.Former.timeout = 4")
    with pytest.raises(PracticalsError, match=f"line {number}: Former is called Now now"):
        read_config(path)


@pytest.mark.parametrize(
    "command",
    [
        "audit toy", "grade toy", "report toy", "feedback toy", "export toy --format nbgrader",
        "extension toy s1_good --days 1", "roster class.csv",
    ],
)  # fmt: skip
def test_every_command_that_reads_it_says_so(toy_class, monkeypatch, command):
    (toy_class.root / "class.csv").write_text("id,last_name,first_name,email\ns1_good,,,\n")
    number = add(toy_class.root / "nbgrader_config.py", "c.GraduatedPenalty.percent = 'ten'")
    monkeypatch.chdir(toy_class.root)
    monkeypatch.setattr(parents, "start_early", lambda **_: None)
    result = CliRunner().invoke(app, command.split())
    assert isinstance(result.exception, PracticalsError), result.output
    assert f"nbgrader_config.py, line {number}: c.GraduatedPenalty.percent = 'ten'" in str(result.exception)


def test_a_bank_at_its_former_place_is_one_sentence_with_the_command_that_moves_it(toy):
    former = toy.root / "tests" / "bank" / "toy"
    former.mkdir(parents=True)
    (former / "power.py").write_text(BANK["power"])
    for read in (read_bank, read_equivalents):
        with pytest.raises(PracticalsError, match="belongs beside the text") as error:
            read(toy.root, "toy")
        assert error.value.remedy == "Move it: git mv tests/bank/toy source/toy/bank"
    former.rename(toy.source.parent / "bank")
    assert [entry.name for entry in read_bank(toy.root, "toy")] == ["power"]
