#!/usr/bin/env bash
# Guess: VennAbersCalibrator takes the labels of two classes as
#   scikit-learn's calibrators do, whatever they are called; or it refuses
#   labels other than 0 and 1.
# Truth: The labels are taken as numbers: with 1 and 2 the calibrated
#   "probabilities" of an example come out as -6.4 and 7.4, with -1 and 1
#   as 3 and -2. There is no warning. False and True work, texts raise an
#   unrelated TypeError.
# Versions: venn-abers==1.5.4 numpy==2.4.6 scipy==1.17.1
#   scikit-learn==1.9.1 pandas==3.1.1; Python 3.11
# Who is hurt, and what to do: Those whose classes are 1 and 2, or -1 and
#   1 as in SVM data. The rows still sum to 1, and a threshold still gives
#   a class. Use (y == positive).astype(int).
# Seen: 2026-11-29
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check venn-abers==1.5.4 \
  numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1 pandas==3.1.1
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import numpy as np
from venn_abers import VennAbersCalibrator
rng = np.random.default_rng(0)
p = rng.uniform(0.01, 0.99, 500)
y = (rng.random(500) < p).astype(int)
two = lambda q: np.c_[1 - np.asarray(q), q]
def calibrated(labels):
    return VennAbersCalibrator().predict_proba(p_cal=two(p), y_cal=labels, p_test=two([0.1, 0.9]))
right = calibrated(y)
assert np.array_equal(right, calibrated(y.astype(bool)))
for name, labels in (("0, 1", y), ("1, 2", y + 1), ("-1, 1", 2 * y - 1)):
    got = calibrated(labels)
    print("labels", name.ljust(6), got.round(2).tolist(), " sums", got.sum(axis=1).round(6).tolist())
    if name != "0, 1":
        assert np.allclose(got.sum(axis=1), 1) and (got.min() < 0 or got.max() > 1 or abs(got - right).max() > 0.3)
wild = calibrated(y + 1)
assert wild.max() > 1.5 and wild.min() < -0.5
PY
