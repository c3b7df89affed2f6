#!/usr/bin/env bash
# Guess: A test with @partial_credit(10) that calls set_score(3) has 3 of 10
#   points, whether @output_format or @extra_data, which only add to what
#   Gradescope shows, stands above or below it.
# Truth: Above it, either of them gives the test full marks: 10 of 10 after
#   set_score(3), and after set_score(0). Each decorator wraps the test
#   anew; the score is kept on the inner function, and the runner looks at
#   the outer one, finds none, and takes all points for a test that did not
#   fail. Below it, the score is right, and the data of @extra_data is lost
#   in the same way. Nothing is said. With @weight and @tags, which wrap
#   nothing, the order does not matter.
# Versions: better-gradescope-utils==1.0.0; Python 3.11
# Who is hurt, and what to do: Teachers who give part of the points and
#   format the output: everyone has full marks. Put @partial_credit first,
#   above the others, and look at the result of a wrong answer.
# Seen: 2026-11-30
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check better-gradescope-utils==1.0.0
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import io
import json
import unittest

from better_gradescope_utils.autograder_utils.decorators import OutputFormat, extra_data, output_format, partial_credit, tags
from better_gradescope_utils.autograder_utils.json_test_runner import JSONTestRunner

SHOW = output_format(OutputFormat.Markdown)


class Work(unittest.TestCase):
    @SHOW
    @partial_credit(10)
    def test_format_above(self, set_score=None):
        set_score(3)

    @SHOW
    @partial_credit(10)
    def test_format_above_none(self, set_score=None):
        set_score(0)

    @partial_credit(10)
    @SHOW
    def test_format_below(self, set_score=None):
        set_score(3)

    @extra_data()
    @partial_credit(10)
    def test_data_above(self, set_score=None, set_data=None):
        set_score(3)
        set_data({"loss": 0.1})

    @partial_credit(10)
    @extra_data()
    def test_data_below(self, set_score=None, set_data=None):
        set_score(3)
        set_data({"loss": 0.1})

    @tags("loss")
    @partial_credit(10)
    def test_tags_above(self, set_score=None):
        set_score(3)


out = io.StringIO()
JSONTestRunner(stream=out).run(unittest.defaultTestLoader.loadTestsFromTestCase(Work))
tests = {t["name"].split()[0]: t for t in json.loads(out.getvalue())["tests"]}
for name, t in tests.items():
    print(f"{name}: {t['score']} of {t['max_score']}, {t['status']}, data {t.get('extra_data')}")
points = {name.removeprefix("test_"): t["score"] for name, t in tests.items()}
assert points == {"format_above": 10, "format_above_none": 10, "format_below": 3, "data_above": 10, "data_below": 3, "tags_above": 3}
assert "extra_data" not in tests["test_data_below"] and tests["test_data_above"]["extra_data"] == {"loss": "0.1"}
PY
