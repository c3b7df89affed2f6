#!/usr/bin/env bash
# Guess: FunctionTest and VariableTest of e2xgradingtools, made for test
#   cells of nbgrader, pass an answer that equals the target, above all with
#   a_tol and r_tol given.
# Truth: The relative error is worked out first, by dividing by the target.
#   Where the target is Python's 0 or 0.0, that raises ZeroDivisionError,
#   which counts as a failed test: the right answer gets nothing, and the
#   message is "division by zero", as if the fault were the student's. Where
#   the target or the answer is numpy's 0 the test passes. A function
#   written as a lambda gets nothing either: it "does not have a return
#   statement".
# Versions: e2xgradingtools==0.0.4 numpy==2.4.6; Python 3.11
# Who is hurt, and what to do: Graders and students of tasks where 0 is an
#   answer: a loss, a count, a distance, f(0). Give the target as
#   numpy.float64(0), or a comparator of your own.
# Seen: 2026-11-29
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    e2xgradingtools==0.0.4 numpy==2.4.6
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
from pathlib import Path

import numpy as np
from e2xgradingtools import FunctionTest, VariableTest

Path("answer.py").write_text("def distance(a, b):\n    return abs(a - b)\n\n\nshort = lambda a, b: abs(a - b)\n")
from answer import distance, short


def grade(function, cases):
    test = FunctionTest({"distance": function}, "distance", a_tol=1e-6, r_tol=1e-6)
    return test.test(cases)


whole = grade(distance, [{"args": (3, 3), "target": 0}, {"args": (5, 3), "target": 2}])
number = grade(distance, [{"args": (3.0, 3.0), "target": 0.0}])
numpy_zero = grade(distance, [{"args": (3.0, 3.0), "target": np.float64(0)}])
variable = VariableTest({"errors": 0}, a_tol=1e-6).test([{"name": "errors", "expected": 0}])
nameless = grade(short, [{"args": (5, 3), "target": 2}])
print("share passed, all answers right:", whole, number, numpy_zero, variable, nameless)
assert (whole, number, numpy_zero, variable, nameless) == (0.5, 0.0, 1.0, 0.0, 0.0)
PY
