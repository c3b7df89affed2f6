#!/usr/bin/env bash
# Guess: A partial_credit test that hands a score of NaN to set_score, as the
#   mean of no values does, is refused, or costs the points of this test.
# Truth: The runner writes NaN into results.json as it is, for the test and
#   for the total, and the test counts as passed. NaN is no JSON: a strict
#   reader refuses the whole file, and with it the results of all other tests.
#   Python's own reader takes it, so a look with Python shows nothing wrong.
# Versions: gradescope-utils==0.5.0; Python 3.11
# Who is hurt, and what to do: All students whose share is computed as 0/0.
#   Test math.isfinite(score) before set_score.
# Seen: 2026-11-29
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet gradescope-utils==0.5.0
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python - <<'PY'
import io, json, math, unittest
from gradescope_utils.autograder_utils.decorators import partial_credit, weight
from gradescope_utils.autograder_utils.json_test_runner import JSONTestRunner
class T(unittest.TestCase):
    @weight(5)
    def test_plain(self):
        pass
    @partial_credit(3)
    def test_share(self, set_score=None):
        set_score(3 * (math.inf - math.inf))
out = io.StringIO()
JSONTestRunner(stream=out).run(unittest.defaultTestLoader.loadTestsFromTestCase(T))
text = out.getvalue()
found = {t["name"].split()[0]: (t["score"], t["status"]) for t in json.loads(text)["tests"]}
print(found)
def no_json(word):
    raise ValueError(f"{word} is no JSON")
try:
    json.loads(text, parse_constant=no_json)
    strict = "taken"
except ValueError as error:
    strict = str(error)
print("a strict reader:", strict)
assert found["test_plain"] == (5, "passed")
assert math.isnan(found["test_share"][0])
assert strict == "NaN is no JSON"
PY
