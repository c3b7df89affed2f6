"""The command line turns errors into sentences and exit codes."""

import re
import subprocess
import sys

import pytest
import typer

from autograder import cli
from autograder.errors import PracticalsError
from autograder.practical.paths import course_root, practical_names, source_text


def test_help_names_the_commands(tmp_path, practicals):
    answer = practicals("--help", cwd=tmp_path)
    for command in ("build", "measure", "grade", "sample-class", "demo", "doctor", "bench"):
        assert command in answer.stdout


def commands(command=None, context=None, path=()):
    """Every command of the command line, by its words, with what typer knows of it."""
    command = command or typer.main.get_command(cli.app)
    context = typer.Context(command, info_name=" ".join(path) or "practicals", parent=context)
    yield path, command, context
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, context, (*path, name))


@pytest.mark.parametrize("path", [path for path, _, _ in commands()], ids=" ".join)
def test_help_fits_80_columns_and_shows_flags_as_they_are_typed(path, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys, "argv", ["practicals", *path, "--help"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    shown = capsys.readouterr().out
    assert ended.value.code == 0
    assert "<bool>" not in shown
    assert max(map(len, shown.splitlines())) <= 80
    cut_off = [line for line in shown.splitlines() if re.search(r"\w…", line)]
    assert cut_off == []


def test_an_option_means_the_same_wherever_it_is():
    """Options that several commands have are declared once."""
    meanings: dict[str, set] = {}
    for _, command, context in commands():
        for param in command.get_params(context):
            for option in param.opts:
                if option.startswith("--"):
                    meanings.setdefault(option, set()).add(param.help)
    assert {option: texts for option, texts in meanings.items() if len(texts) > 1} == {}


def test_outside_a_course_folder(tmp_path, practicals):
    answer = practicals("doctor", cwd=tmp_path, check=False)
    assert answer.returncode == 2
    assert "is not inside a course folder" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_help_does_not_wait_for_tensorflow():
    code = "import sys, autograder.cli; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_students_package_never_imports_the_autograder():
    code = (
        "import sys, course_utils.data, course_utils.expect, course_utils.plots, course_utils.probes, "
        "course_utils.runs, course_utils.training; sys.exit('autograder' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_course_root_is_found_from_below(tmp_path):
    (tmp_path / "source" / "p01" / "deep").mkdir(parents=True)
    (tmp_path / "nbgrader_config.py").touch()
    assert course_root(tmp_path / "source" / "p01" / "deep") == tmp_path


def test_unknown_practical_names_the_known_ones(tmp_path):
    (tmp_path / "source" / "p01").mkdir(parents=True)
    (tmp_path / "source" / "p01" / "p01.py").touch()
    assert practical_names(tmp_path) == ["p01"]
    with pytest.raises(PracticalsError, match="no practical called 'p99'.*p01"):
        source_text(tmp_path, "p99")


def test_grading_on_windows_says_where_it_runs(tmp_path):
    (tmp_path / "source" / "p01").mkdir(parents=True)
    (tmp_path / "source" / "p01" / "p01.py").touch()
    (tmp_path / "nbgrader_config.py").touch()
    without_fcntl = (
        "import sys; sys.modules['fcntl'] = None; sys.argv[1:] = ['grade', 'p01']; "
        "from autograder.cli import main; main()"
    )
    answer = subprocess.run(
        [sys.executable, "-c", without_fcntl], cwd=tmp_path, capture_output=True, text=True
    )
    assert answer.returncode == 2
    assert "WSL" in answer.stderr
    assert "Traceback" not in answer.stderr
