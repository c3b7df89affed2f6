#!/usr/bin/env bash
# Guess: CombPurgedKFoldCV of timeseriescv takes two folds of ten as the test
#   set, and drops the training examples that overlap with either, and those
#   within the embargo after either. It says that the intervals from
#   prediction to evaluation "do not overlap".
# Truth: The embargo after the first test fold is counted from the end of the
#   last one. All that lies between the two is dropped: for the folds 3 and 8
#   of 100 days, 32 examples are left of 64. Where the last fold is in the
#   test set there is no embargo, and the examples right after the other test
#   fold are trained on, though their days are those that the test targets
#   are made of: in 7 of the 45 splits. Nothing is said. With one test fold,
#   two side by side, or the very first with another, it is right.
# Versions: timeseriescv==0.2 numpy==2.4.6 pandas==3.1.1 scikit-learn==1.9.1
#   scipy==1.17.1; Python 3.11
# Who is hurt, and what to do: Those who compare forecasts by it: nearly all
#   of the training set is gone for some splits, and for others the test
#   leaks. Drop the neighbours of each test fold oneself.
# Seen: 2026-12-01
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    timeseriescv==0.2 numpy==2.4.6 pandas==3.1.1 scikit-learn==1.9.1 scipy==1.17.1
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python - <<'PY'
import importlib.metadata as m
import numpy as np, pandas as pd
from timeseriescv.cross_validation import CombPurgedKFoldCV
print(*(f"{p} {m.version(p)}" for p in ("timeseriescv", "pandas", "numpy")))
n, length, embargo = 100, 3, 2  # each target is known 3 days after the prediction
made = pd.Series(pd.date_range("2024-01-01", periods=n))
known = made + pd.Timedelta(days=length)
table = pd.DataFrame({"day": np.arange(n)})

def splits(folds):
    cv = CombPurgedKFoldCV(n_splits=10, n_test_splits=folds, embargo_td=pd.Timedelta(days=embargo))
    for train, test in cv.split(table, pred_times=made, eval_times=known):
        yield tuple(sorted({int(t) // 10 for t in test})), {int(t) for t in train}, [int(t) for t in test]

def wanted(test):
    return {i for i in range(n) if all(i + length < t or i > t + length + embargo for t in test)}

left = {}
leaks = {}
for names, train, test in splits(2):
    left[names] = (len(train), len(wanted(test)))
    leaks[names] = sorted(i for i in train if any(abs(i - t) <= length for t in test))
print("folds 3 and 8: training examples, and as described:", left[3, 8])
assert left[3, 8] == (32, 64)
print("folds 1 and 8:", left[1, 8])
assert left[1, 8] == (12, 64)
print("folds 3 and 9: trained on though they overlap with the test set:", leaks[3, 9])
assert leaks[3, 9] == [40, 41, 42]
assert [names for names, found in leaks.items() if found] == [(f, 9) for f in range(7, 0, -1)]
# Controls: two folds side by side, the first of all with another, and one fold.
assert left[0, 8][0] == left[0, 8][1] and leaks[0, 9] == []
assert left[3, 4][0] == left[3, 4][1] and left[8, 9][0] == left[8, 9][1]
assert all(train == wanted(test) for _, train, test in splits(1))
PY
