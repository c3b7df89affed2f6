"""Where there is no hub, its tests are skipped loudly, or fail where they must not be skipped."""

import sys
from pathlib import Path

import pytest
from checkout import ROOT
from command_line import environment, run
from hub import MISSING


@pytest.mark.slow
@pytest.mark.parametrize(
    ("required", "status", "told"),
    [("0", 0, f"TESTS ON A HUB WERE SKIPPED: {MISSING}"), ("1", 1, f"Failed: {MISSING}: node")],
)
def test_it_is_said(required, status, told):
    env = environment(REQUIRE_HUB=required, PATH=str(Path(sys.executable).parent))
    plain = ["-q", "--color=no", "-p", "no:cacheprovider", "-p", "no:seconds"]
    command = [sys.executable, "-m", "pytest", *plain]
    done = run([*command, "-m", "slow", "tests/hub/test_exchange.py"], ROOT, check=False, env=env)
    assert done.returncode == status, done.stdout
    assert told in done.stdout
