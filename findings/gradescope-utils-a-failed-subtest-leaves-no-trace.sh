#!/usr/bin/env bash
# Guess: A weighted test that fails inside self.subTest shows up in the
#   Gradescope result as failed, with zero points.
# Truth: It is not in the result at all: no name, no message, and its points
#   are missing from the maximum. Without a failing subtest it is there with
#   full points. A skipped test vanishes too. A partial_credit test that
#   fails after set_score(4) keeps its 4 points.
# Versions: gradescope-utils==0.5.0; Python 3.11
# Who is hurt, and what to do: Students, who lose points without a line that
#   says why, and graders whose totals differ from one student to the next.
#   Use one test method for each case.
# Seen: 2026-11-28
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet gradescope-utils==0.5.0
export TZ=UTC HOME="$tmp" JUPYTER_PREFER_ENV_PATH=1 PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python - <<'PY'
import io, json, unittest
from gradescope_utils.autograder_utils.decorators import partial_credit, weight
from gradescope_utils.autograder_utils.json_test_runner import JSONTestRunner
def grade(answers):
    class T(unittest.TestCase):
        @weight(5)
        def test_cases(self):
            for i in range(3):
                with self.subTest(i=i):
                    self.assertEqual(answers[i], i)
        @weight(2)
        def test_plain(self):
            self.assertEqual(answers[0], 0)
        @weight(3)
        @unittest.skip("no GPU")
        def test_skipped(self):
            pass
        @partial_credit(5)
        def test_partial(self, set_score=None):
            set_score(4)
            self.assertEqual(answers[1], 1)
    out = io.StringIO()
    JSONTestRunner(stream=out).run(unittest.defaultTestLoader.loadTestsFromTestCase(T))
    got = {t["name"].split()[0]: (t["score"], t["max_score"], t["status"])
           for t in json.loads(out.getvalue())["tests"]}
    print(got)
    return got
good, bad = grade([0, 1, 2]), grade([0, 7, 2])
assert good["test_cases"] == (5, 5, "passed")
assert set(bad) == {"test_plain", "test_partial"}
assert bad["test_partial"] == (4, 5, "failed")
assert "test_skipped" not in good
PY
