#!/usr/bin/env bash
# Guess: calzone's cox_regression_analysis with class_to_calculate=2 sets
#   the labels of class 2 against the probabilities of class 2: a calibrated
#   model has a slope near 1 for every class.
#   CalibrationMetrics(class_to_calculate=2) does so too.
# Truth: The function takes the labels of the class asked for and the
#   probabilities of class 1, always. A calibrated model of three classes
#   has slopes of -0.4, 1.0 and -0.4, one of two classes -1 for class 0.
#   CalibrationMetrics does not hand the class on: its COX figures are those
#   of class 1, whichever is asked for, beside an ECE of the right class.
#   Nothing is said.
# Versions: calzone-tool==0.1.0 numpy==2.4.6 scipy==1.17.1
#   statsmodels==0.15.0 pandas==3.1.1; Python 3.11
# Who is hurt, and what to do: Those who judge the calibration of several
#   classes. Hand over two columns, 1 - p and p of the class in question,
#   and labels of 0 and 1.
# Seen: 2026-11-29
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    calzone-tool==0.1.0 numpy==2.4.6 scipy==1.17.1 statsmodels==0.15.0 pandas==3.1.1
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import numpy as np
from calzone.metrics import CalibrationMetrics, cox_regression_analysis

rng = np.random.default_rng(0)
scores = np.exp(rng.normal(size=(20000, 3)))
p = scores / scores.sum(axis=1, keepdims=True)
y = (rng.random((20000, 1)) > p.cumsum(axis=1)).sum(axis=1)
slopes = [cox_regression_analysis(y.copy(), p, class_to_calculate=c)[0] for c in range(3)]
reported = [CalibrationMetrics(class_to_calculate=c).calculate_metrics(y.copy(), p, ["COX", "ECE-H"]) for c in range(3)]
true = []
for c in range(3):
    two = np.column_stack([1 - p[:, c], p[:, c]])
    true.append(cox_regression_analysis((y == c).astype(int), two)[0])
print("slopes by class:", np.round(slopes, 2), " from two columns:", np.round(true, 2))
print("CalibrationMetrics:", [round(float(r["COX coef"]), 4) for r in reported], [round(float(r["ECE-H"]), 4) for r in reported])
assert np.allclose(true, 1, atol=0.1) and abs(slopes[1] - true[1]) < 1e-6
assert slopes[0] < -0.3 and slopes[2] < -0.3
assert len({float(r["COX coef"]) for r in reported}) == 1
assert len({float(r["ECE-H"]) for r in reported}) == 3
PY
