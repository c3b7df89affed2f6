#!/usr/bin/env bash
# Guess: pycalib.metrics.full_ECE takes labels as whole numbers or
#   one-hot: both give the same calibration error, for two classes as for
#   three.
# Truth: For two classes the whole numbers go through scikit-learn's
#   label_binarize, which makes one column of them. It is set against both
#   columns of probabilities, the one of class 0 included. A well
#   calibrated model gets 0.75 where the one-hot labels give 0.03. Three
#   classes are right, and so is conf_ECE.
# Versions: pycalib==0.1.0.dev6 numpy==2.4.6 scipy==1.17.1
#   scikit-learn==1.9.1 pandas==3.1.1 matplotlib==3.11.2
#   statsmodels==0.15.0; Python 3.11
# Who is hurt, and what to do: Those who compare calibration of binary
#   models with this number. Give one-hot labels: np.eye(2)[y].
# Seen: 2026-11-29
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check pycalib==0.1.0.dev6 \
  numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1 pandas==3.1.1 \
  matplotlib==3.11.2 statsmodels==0.15.0
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import numpy as np
from pycalib.metrics import conf_ECE, full_ECE
rng = np.random.default_rng(0)
def both(f, classes):
    p = rng.dirichlet(np.full(classes, 0.3), 5000)
    y = (p.cumsum(axis=1) < rng.random((5000, 1))).sum(axis=1).clip(0, classes - 1)
    return [round(float(f(labels, p)), 3) for labels in (y, np.eye(classes)[y])]
two, three, top = both(full_ECE, 2), both(full_ECE, 3), both(conf_ECE, 2)
print("full_ECE of a calibrated model, whole numbers and one-hot: two classes", two, " three", three)
print("conf_ECE, two classes", top)
assert two[0] > 0.5 and two[1] < 0.1
assert three[0] == three[1] and top[0] == top[1]
PY
