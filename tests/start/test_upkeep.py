"""Upkeep: one command renews the lock and lists what must be done anew, each with its reasons."""

import json
import os
import shutil
from pathlib import Path

import pytest
from author_course import measured_budget
from checkout import ROOT

from autograder.authoring.full import full_path
from autograder.errors import PracticalsError
from autograder.start import upkeep
from autograder.start.upkeep import UV, Change, renew_lock, to_do

LOCK = (
    "keras==3.0.0 \\\n    --hash=sha256:00\n    # via x\n"
    "rich==14.0 ; python_version >= '3.11' \\\n    --hash=sha256:11\n"
)


def resolver(root: Path, lock: str, status: int = 0, says: str = "") -> Path:
    """A program in uv's place that writes this lock file, and notes how it was called."""
    program = root / UV
    program.parent.mkdir(parents=True)
    (root / "resolved.lock").write_text(lock)
    program.write_text(
        f"#!/bin/sh\necho \"$@\" > '{root}/called'\necho '{says}' >&2\n"
        f"for last; do :; done\n[ {status} = 0 ] && cp '{root}/resolved.lock' \"$last\"\nexit {status}\n"
    )
    program.chmod(0o755)
    return program


@pytest.fixture(autouse=True)
def no_uv(monkeypatch):
    """Whatever is installed on this machine."""
    which = shutil.which
    monkeypatch.setattr(upkeep.shutil, "which", lambda name: None if name == "uv" else which(name))


def test_without_uv_one_line_says_how_to_get_it(tmp_path):
    with pytest.raises(PracticalsError, match="make setup") as refused:
        renew_lock(tmp_path)
    assert len(str(refused.value).splitlines()) == 1


def test_the_lock_is_renewed_and_what_changed_is_said(tmp_path):
    (tmp_path / "requirements.lock").write_text(LOCK)
    resolver(tmp_path, LOCK.replace("3.0.0", "3.1.0").replace("rich==14.0", "ruff==1.0"))
    changes = renew_lock(tmp_path)
    assert list(map(str, changes)) == ["keras 3.0.0 → 3.1.0", "rich 14.0 → (gone)", "ruff (new) → 1.0"]
    assert "keras==3.1.0" in (tmp_path / "requirements.lock").read_text()
    assert renew_lock(tmp_path) == []


def test_to_check_leaves_the_lock_as_it_is(tmp_path):
    (tmp_path / "requirements.lock").write_text(LOCK)
    resolver(tmp_path, LOCK.replace("3.0.0", "3.1.0"))
    assert [one.name for one in renew_lock(tmp_path, keep=True)] == ["keras"]
    assert (tmp_path / "requirements.lock").read_text() == LOCK


def test_a_resolver_that_fails_is_one_line_and_the_lock_stays(tmp_path):
    (tmp_path / "requirements.lock").write_text(LOCK)
    resolver(tmp_path, "", status=1, says="No solution found: keras<1 and keras>2")
    with pytest.raises(PracticalsError, match="uv cannot make requirements.lock .*keras<1 and keras>2"):
        renew_lock(tmp_path)
    assert (tmp_path / "requirements.lock").read_text() == LOCK


def tasks(root: Path, changes=()) -> dict[str, str]:
    (root / "requirements.lock").touch()
    return {task.what: " ".join(task.why) for task in to_do(root, changes)}


def test_what_a_changed_package_asks_for_depends_on_whether_notebooks_run_on_it(built):
    built.results.write_text(
        json.dumps({"budgets": {"quick": measured_budget(built, toy_accuracy=[0.8, 0.81])}, "thresholds": []})
    )
    full_path(built.root, "toy").parent.mkdir(parents=True)
    full_path(built.root, "toy").touch()
    found = tasks(built.root, [Change("numpy", "2.0", "2.1")])
    order = [
        "make setup",
        "practicals build --force",
        "practicals build toy --full --force",
        "practicals measure toy --force",
        "practicals calibrate toy",
    ]
    assert [what for what in found if what in order] == order
    assert all("numpy 2.0 → 2.1" in found[what] for what in order)
    found = tasks(built.root, [Change("ruff", "1", "2")])
    assert "make setup" in found
    assert "practicals build --force" not in found


def test_what_the_digests_say_is_in_one_list_with_its_reasons(built, monkeypatch):
    found = tasks(built.root)
    assert "not audited" in found["practicals audit toy"]
    assert "practicals build toy" not in found
    built.write(use='# %%\nprint(add(2, 4), "is the sum")\n')
    monkeypatch.setattr(upkeep, "package_digest", lambda folder: "another")
    found = tasks(built.root)
    assert "course_utils was changed" in found["practicals build toy"]
    assert "its inputs are not those of toy.py" in found["practicals build toy"]
    assert any("measure" in what for what in found)


def test_the_command_lists_and_ends_with_status_1_where_something_is_to_do(built, practicals):
    lock = "".join(f"{line}\n" for line in ["rich==0.1 \\", "    --hash=sha256:00"])
    (built.root / "requirements.lock").write_text(lock)
    resolver(built.root, lock)
    env = {name: value for name, value in os.environ.items() if name != "PATH"}
    env |= {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    done = practicals("upkeep", cwd=built.root, check=False, env=env)
    assert done.returncode == 1
    assert done.stdout.splitlines()[0] == "requirements.lock: up to date"
    assert (
        "1. make setup\n   because what is installed is not what requirements.lock says: rich" in done.stdout
    )
