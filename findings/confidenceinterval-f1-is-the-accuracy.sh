#!/usr/bin/env bash
# Guess: confidenceinterval.f1_score, precision_score and recall_score,
#   made to be used like scikit-learn's, give scikit-learn's number with
#   an interval around it.
# Truth: Their default is average='micro', scikit-learn's is 'binary'. For
#   two classes the micro average counts both as positive, so all three
#   are the plain accuracy, with one interval. A classifier that finds no
#   positive at all has an F1 of 0.95 where 5 % are positive; scikit-learn
#   says 0. Only tpr_score and ppv_score are of the positive class.
# Versions: confidenceinterval==1.0.5 numpy==2.4.6 scipy==1.17.1
#   scikit-learn==1.9.1 statsmodels==0.15.0 pandas==3.1.1; Python 3.11
# Who is hurt, and what to do: Those who swap the import to report
#   intervals of F1 for a rare class. Give average='binary'.
# Seen: 2026-11-29
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check confidenceinterval==1.0.5 \
  numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1 statsmodels==0.15.0 \
  pandas==3.1.1
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import confidenceinterval as ci, numpy as np, sklearn.metrics as sk
y = np.r_[np.ones(5, int), np.zeros(95, int)]
nothing = np.zeros(100, int)
half = np.r_[1, 1, 1, 0, 0, 1, 1, np.zeros(93, int)]
for name, p in (("finds nothing", nothing), ("finds 3 of 5", half)):
    theirs = [round(float(f(y, p, zero_division=0)), 3) for f in (sk.f1_score, sk.precision_score, sk.recall_score)]
    ours = [f(y, p) for f in (ci.f1_score, ci.precision_score, ci.recall_score)]
    values = [round(float(v[0]), 3) for v in ours]
    print(name.ljust(14), "accuracy", sk.accuracy_score(y, p), " scikit-learn", theirs, " confidenceinterval", values)
    assert set(values) == {sk.accuracy_score(y, p)} and max(theirs) <= 0.6
    assert len({tuple(np.round(v[1], 6)) for v in ours}) == 1
assert round(float(ci.f1_score(y, half, average="binary")[0]), 3) == 0.6
PY
