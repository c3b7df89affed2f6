#!/usr/bin/env bash
# Guess: scoringrules.rps_score(label, probabilities) counts classes from
#   0 as argmax, Keras and scikit-learn do, or refuses the label 0.
# Truth: It counts from 1. The label 0 is taken as a class that was never
#   reached, and every other label as the class before it. A forecaster
#   who is sure and right gets a loss of 1 each time, of 3 for the label 0
#   of three, and one who says the class before gets 0. Any label is
#   taken, 17 and -3 too.
# Versions: scoringrules==0.10.0 numpy==2.4.6 scipy==1.17.1; Python 3.11
# Who is hurt, and what to do: Those who score ordered classes: the worse
#   model wins. Its documentation says y in {1, ..., K}. Add 1, or give
#   onehot=True.
# Seen: 2026-11-29
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check scoringrules==0.10.0 \
  numpy==2.4.6 scipy==1.17.1
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import numpy as np, scoringrules as sr
labels = np.array([0, 1, 2, 1])
sure = np.eye(3)[labels]
low = np.eye(3)[np.maximum(labels - 1, 0)]
right = sr.rps_score(labels, sure)
shifted = sr.rps_score(labels, low)
print("sure and right:", right.tolist(), " one class too low:", shifted.tolist())
assert right.tolist() == [3, 1, 1, 1] and shifted.tolist()[1:] == [0, 0, 0]
assert sr.rps_score(labels + 1, sure).tolist() == [0, 0, 0, 0]
assert sr.rps_score(sure, sure, onehot=True).tolist() == [0, 0, 0, 0]
print("labels that do not exist:", float(sr.rps_score(17, sure[0])), float(sr.rps_score(-3, sure[0])))
PY
