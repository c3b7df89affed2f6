"""The command line turns errors into sentences and exit codes."""

import subprocess
import sys

import pytest

from autograder.errors import PracticalsError
from autograder.paths import course_root, practical_names, source_text


def practicals(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "autograder.cli", *arguments], cwd=cwd, capture_output=True, text=True
    )


def test_help_names_the_commands(tmp_path):
    answer = practicals("--help", cwd=tmp_path)
    assert answer.returncode == 0
    for command in ("build", "measure", "grade", "sample-class", "demo", "doctor", "bench"):
        assert command in answer.stdout


def test_outside_a_course_folder(tmp_path):
    answer = practicals("doctor", cwd=tmp_path)
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
