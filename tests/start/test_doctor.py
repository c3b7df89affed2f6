"""The doctor says what is missing and what to do about it."""

import importlib.metadata
import os
import sys
from pathlib import Path

import pytest
from rich.console import Console

from autograder.errors import PracticalsError
from autograder.start import doctor
from course_utils import data

ROOT = Path(__file__).parents[2]


def lock(tmp_path, text):
    path = tmp_path / "requirements.lock"
    path.write_text(text)
    return path


def test_lock_lines_for_other_platforms_and_hashes_are_left_out(tmp_path):
    text = (
        "a==1.0 \\\n    --hash=sha256:00\n    # via b\n"
        "b==2.0 ; sys_platform == 'nowhere' \\\n    --hash=sha256:11\n"
        f"c==3.0 ; python_version >= '{sys.version_info[0]}.0'\n"
    )
    assert doctor.locked_versions(lock(tmp_path, text)) == {"a": "1.0", "c": "3.0"}


def test_packages_as_locked():
    version = importlib.metadata.version("rich")
    assert doctor.check_packages(ROOT / "requirements.lock").gap == ""
    assert version in doctor.locked_versions(ROOT / "requirements.lock")["rich"]


def test_a_missing_package_is_named(tmp_path):
    finding = doctor.check_packages(lock(tmp_path, "no-such-package==1.0\n"))
    assert finding.found == "no-such-package is missing"
    assert finding.gap == "Run make setup"
    assert finding.required


def test_another_version_is_named_but_not_fatal(tmp_path):
    finding = doctor.check_packages(lock(tmp_path, "rich==0.1\n"))
    assert "locked 0.1" in finding.found
    assert not finding.required


def test_missing_data_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr("course_utils.data.find", lambda name: None)
    finding = doctor.check_data("fashion_mnist", required=True)
    assert "python -m course_utils.data fashion_mnist" in finding.gap


def test_a_machine_without_a_sandbox_is_told_why_and_what_to_do(monkeypatch):
    monkeypatch.setattr("autograder.engine.sandbox.probe", lambda: "no permissions for namespaces")
    finding = doctor.check_sandbox()
    assert "no permissions for namespaces" in finding.found
    assert "--no-sandbox" in finding.gap
    assert not finding.required


def test_the_code_of_another_course_is_named(tmp_path):
    """Two checkouts side by side, and the environment of the other one is active."""
    assert doctor.check_course(ROOT)[0].gap == ""
    (tmp_path / "autograder").mkdir()
    code, _ = doctor.check_course(tmp_path)
    assert code.found == f"of {ROOT}"
    assert "make setup here" in code.gap


def test_settings_that_hold_in_every_course_are_named(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    assert str(tmp_path) not in doctor.check_course(ROOT)[1].found
    (tmp_path / "nbgrader_config.py").write_text("")
    assert str(tmp_path / "nbgrader_config.py") in doctor.check_course(ROOT)[1].found


def test_a_checkout_without_its_lock_file(tmp_path):
    with pytest.raises(PracticalsError, match="git checkout requirements.lock"):
        doctor.examine(tmp_path)


def test_the_table_shows_every_finding():
    findings = [doctor.Finding("Python", "3.11"), doctor.Finding("Memory", "1 GiB", "Close programs", False)]
    console = Console(record=True, width=100)
    console.print(doctor.as_table(findings))
    text = console.export_text()
    assert "✓" in text
    assert "Close programs" in text


def test_the_data_that_grading_sees_are_looked_at_not_those_of_this_process(tmp_path, monkeypatch):
    """Kernels see one folder: a named one that is empty hides what Keras' cache has."""
    cache = tmp_path / "keras" / "datasets" / "fashion-mnist"
    cache.mkdir(parents=True)
    for name in data.IDX_FILES.values():
        (cache / f"{name}.gz").write_bytes(b"not an archive")
    monkeypatch.setattr(data, "SYSTEM_FOLDER", tmp_path / "none")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("COURSE_DATA_DIR", "")
    assert "damaged" in doctor.check_grading_data("fashion_mnist").found
    named = tmp_path / "named"
    named.mkdir()
    monkeypatch.setenv("COURSE_DATA_DIR", str(named))
    finding = doctor.check_grading_data("fashion_mnist")
    assert f"{named}, which is empty" in finding.found
    assert finding.required
    assert "COURSE_DATA_DIR" in finding.gap
    assert os.environ["COURSE_DATA_DIR"] == str(named)
