#!/usr/bin/env bash
# Guess: pycm.ConfusionMatrix of labels 0.0 and 1.0 (a float column) and
#   predictions 0 and 1 (from argmax or a threshold) compares them as
#   numbers, as NumPy and scikit-learn do.
# Truth: Where the types differ, both vectors are turned into texts: "1.0"
#   and "1" are two classes. Faultless predictions have an accuracy of
#   0.0, and the matrix has four classes. True against 1 is the same.
#   There is no warning. Where the classes are given as classes=[0, 1],
#   rows with others are left out, and it is the accuracy of the rest.
# Versions: pycm==4.6 numpy==2.4.6; Python 3.11
# Who is hurt, and what to do: Those whose labels come from a CSV file or
#   a float tensor. Use astype(int) on both, and look at the number of
#   classes.
# Seen: 2026-11-29
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check pycm==4.6 numpy==2.4.6
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import numpy as np, warnings
from pycm import ConfusionMatrix
warnings.simplefilter("error")
y, p = np.array([0.0, 1.0, 1.0, 0.0]), np.array([0, 1, 1, 0])
cm = ConfusionMatrix(y, p)
print("classes:", cm.classes, " accuracy:", cm.Overall_ACC, " NumPy's:", np.mean(y == p))
assert cm.Overall_ACC == 0.0 and cm.classes == ["0", "0.0", "1", "1.0"]
assert ConfusionMatrix(y == 1, p).Overall_ACC == 0.0
assert ConfusionMatrix(y.astype(int), p).Overall_ACC == 1.0
some = ConfusionMatrix([0, 1, 2, 2], [0, 1, 1, 0], classes=[0, 1])
print("classes=[0, 1], two of four rows wrong: accuracy", some.Overall_ACC)
assert some.Overall_ACC == 1.0
PY
