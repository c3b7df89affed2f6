"""Where there is no Chromium, these tests are skipped loudly, or fail where they must not be skipped."""

import sys
from pathlib import Path

import pytest
from checkout import ROOT
from chromium import MISSING
from command_line import environment, run

TEST = "tests/browser/test_tensorboard.py"


@pytest.mark.parametrize(
    ("required", "status", "told"),
    [("0", 0, f"1 TESTS IN A BROWSER WERE SKIPPED: {MISSING}"), ("1", 1, f"Failed: {MISSING}")],
)
def test_it_is_said(tmp_path, required, status, told):
    env = environment(XDG_CACHE_HOME=str(tmp_path), REQUIRE_BROWSER=required)
    env["PATH"] = str(Path(sys.executable).parent)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--color=no",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:seconds",
    ]
    done = run([*command, TEST], ROOT, check=False, env=env)
    assert done.returncode == status, done.stdout
    assert told in done.stdout
