"""The doctor says what is missing and what to do about it."""

import importlib.metadata
import sys
from pathlib import Path

import pytest
from rich.console import Console

from autograder import doctor
from autograder.errors import PracticalsError

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
