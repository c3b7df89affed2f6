#!/usr/bin/env bash
# One would guess: The calibration error of a binary classifier is one
#   number: get_ece gives the same for the probabilities of class 1 (one
#   column) and for the two columns that sum to 1.
# What happens: One column is judged as the probability of class 1; two
#   columns are judged by the larger one only. Errors in the two halves can
#   cancel: the same model has ECE 0.1 by one column and 0.0 by two.
# Versions: uncertainty-calibration 0.1.4, scikit-learn 1.9.1, numpy 2.4.6,
#   scipy 1.17.1; Python 3.11.
# Who is hurt, what to do: Those who give a sigmoid model in one notebook
#   and a two-way softmax in the next, and compare. Say which of the two is
#   meant, and pass one column for binary tasks.
# Date seen: 2026-11-28
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    uncertainty-calibration==0.1.4 scikit-learn==1.9.1 numpy==2.4.6 \
    scipy==1.17.1
"$work/venv/bin/python" -W ignore - <<'PY'
import numpy as np, calibration as cal
# Says 0.3 where the truth is 0.4, and 0.7 where the truth is 0.8.
p = np.r_[np.full(1000, .3), np.full(1000, .7)]
y = np.r_[np.arange(1000) < 400, np.arange(1000) < 800].astype(int)
two = np.c_[1 - p, p]
one_col, two_col = float(cal.get_ece(p, y)), float(cal.get_ece(two, y))
other = float(cal.get_calibration_error(two, y, p=1, debias=False))
print("one column:", one_col, " two columns:", two_col, " marginal mode:", other)
assert abs(one_col - 0.1) < 1e-9
assert abs(two_col) < 1e-9
assert abs(other - 0.1) < 1e-9
PY
