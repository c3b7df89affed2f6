#!/usr/bin/env bash
# Guess: A test with @max_score(10) whose fixture builds the student's model
#   and fails is in the results for Gradescope with 0 of 10 points, as it is
#   where the test itself builds the model. The tests of a later @tier count
#   once all tests of the tiers before it have passed.
# Truth: Only tests that passed or failed are written. pytest calls what
#   goes wrong in a fixture an error, and the test is not in the file: no
#   name, no message, no points lost, and the best possible mark is 10
#   lower. A student whose model cannot be built has 5 of 5. The tier of
#   such a test counts as passed, or is not there at all, and the next one
#   counts. Where the file of the tests imports the student's code, and that
#   has a syntax error, the list of tests is empty. Skipped tests vanish
#   too. Only pytest's own output tells.
# Versions: byu-pytest-utils==0.8.5 pytest==9.2.0 beautifulsoup4==4.15.0
#   Jinja2==3.1.6; Python 3.11
# Who is hurt, and what to do: Teachers who put what their tests share into
#   a fixture. Call the student's code in the tests alone, and compare the
#   sum of max_score with what it should be.
# Seen: 2026-11-30
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    byu-pytest-utils==0.8.5 pytest==9.2.0 beautifulsoup4==4.15.0 Jinja2==3.1.6
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import json
import os
import subprocess
import sys
from pathlib import Path

os.environ["GRADESCOPE"] = "1"
HEAD = """
import pytest
from byu_pytest_utils import max_score, tier
def build():
    raise ValueError("no such layer")
@pytest.fixture
def model():
    return build()
"""
GIVEN = "@max_score(5)\ndef test_name():\n    assert True\n"
FIXTURE = "@max_score(10)\ndef test_model(model):\n    assert model\n"
DIRECT = "@max_score(10)\ndef test_model():\n    assert build()\n"
LATER = '@tier("second", 2)\n@max_score(20)\ndef test_later():\n    assert True\n'


def results(*parts):
    Path("test_work.py").write_text("\n".join(parts))
    run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_work.py"]
    subprocess.run(run, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    found = json.loads(Path("results.json").read_text())["tests"]
    Path("results.json").unlink()
    return {t["name"]: (t["score"], t["max_score"]) for t in found}


direct, fixture = results(HEAD, GIVEN, DIRECT), results(HEAD, GIVEN, FIXTURE)
print("built in the test:", direct, " built in a fixture:", fixture)
assert direct == {"test_name": (5, 5), "test_model": (0, 10)} and fixture == {"test_name": (5, 5)}

first = '@tier("first", 1)\n'
direct, fixture = results(HEAD, first + DIRECT, LATER), results(HEAD, first + FIXTURE, LATER)
print("tiers, in the test:", direct, " in a fixture:", fixture)
assert direct == {"first": (0, 10), "second": (0, 20)} and fixture == {"second": (20, 20)}

Path("student.py").write_text("def f(x) return x\n")
imported = results("from student import f", HEAD, GIVEN)
print("a syntax error in the student's file:", imported)
assert imported == {}
assert results(HEAD, GIVEN, "@max_score(3)\ndef test_skipped():\n    pytest.skip()\n") == {"test_name": (5, 5)}
PY
