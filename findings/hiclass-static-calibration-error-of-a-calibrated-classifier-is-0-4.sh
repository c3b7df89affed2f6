#!/usr/bin/env bash
# Guess: hiclass.metrics.static_calibration_error sets, class by class, the
#   probability against the share of the examples that are of this class:
#   probabilities from which the labels were drawn have an error near 0. A
#   classifier that is certain and wrong has a large
#   expected_calibration_error.
# Truth: For each class it takes the share of examples whose predicted class
#   is right, whatever class it is. The labels of four classes drawn from
#   the stated probabilities have an error of 0.37, and
#   adaptive_calibration_error gives the same; by the formula it is 0.01.
#   expected_calibration_error leaves probabilities of exactly 1 out: a
#   classifier that is always certain and wrong in 4 of 10 has 0, and 0.38
#   with 0.9985 in place of 1. Nothing is said.
# Versions: hiclass==5.0.8 numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1
#   networkx==3.6.1 requests==2.34.2; Python 3.11
# Who is hurt, and what to do: Those who calibrate hierarchical classifiers,
#   with trees and forests above all, whose probabilities reach 1. Compute
#   the errors by hand, and clip probabilities to 1 - 1e-6 for
#   expected_calibration_error.
# Seen: 2026-11-30
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    hiclass==5.0.8 numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1 networkx==3.6.1 requests==2.34.2
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import numpy as np
from hiclass import LocalClassifierPerLevel
from hiclass.metrics import adaptive_calibration_error, expected_calibration_error, static_calibration_error
from sklearn.tree import DecisionTreeClassifier

rng = np.random.default_rng(0)
p = rng.dirichlet([0.5] * 4, size=5000)
labels = np.array([rng.choice(4, p=row) for row in p])


def levels(k):
    return np.c_[np.where(k < 2, "low", "high"), np.array(list("abcd"))[k]]


truth, predicted = levels(labels), levels(p.argmax(axis=1))
model = LocalClassifierPerLevel(local_classifier=DecisionTreeClassifier(max_depth=2)).fit(p, truth)


def formula(bins=10):
    total = 0
    for k in range(4):
        bin_of = np.minimum((p[:, k] * bins).astype(int), bins - 1)
        for b in range(bins):
            inside = bin_of == b
            total += inside.mean() * abs(np.mean(labels[inside] == k) - p[inside, k].mean())
    return total / 4


static = static_calibration_error(model, truth, p, predicted, level=1)
adaptive = adaptive_calibration_error(model, truth, p, predicted, level=1)
print(f"labels drawn from the probabilities: static {static:.3f}, adaptive {adaptive:.3f}, by the formula {formula():.3f}")
assert static > 0.3 and adaptive > 0.3 and formula() < 0.03

certain = np.eye(4)[p.argmax(axis=1)]
nearly = certain * 0.998 + 0.0005
wrong = np.mean(labels != p.argmax(axis=1))
at_one = expected_calibration_error(model, truth, certain, predicted, level=1)
below_one = expected_calibration_error(model, truth, nearly, predicted, level=1)
print(f"certain, wrong in {wrong:.3f}: expected calibration error {at_one:.3f}, with 0.9985 in place of 1 {below_one:.3f}")
assert wrong > 0.35 and at_one == 0 and below_one > 0.35
PY
