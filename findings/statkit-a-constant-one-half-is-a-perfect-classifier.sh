#!/usr/bin/env bash
# Guess: statkit's sensitivity and specificity cut probabilities at the same
#   threshold, and the share of positives found and that of positives missed
#   sum to 1. A classifier that says 0.5 for every example has Youden's J =
#   0.
# Truth: The true positive rate counts a probability of exactly the
#   threshold as positive, the false positive rate and the false negative
#   rate count it as negative. The classifier that always says 0.5 has a
#   sensitivity of 1, a specificity of 1, a miss rate of 1 and J = 1, the
#   best there is. For votes of four models, 27 % of them drawn, J is 0.85
#   where the votes cut at 0.5 have 0.58. There is no warning.
# Versions: statkit==1.1.0 numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1
#   pandas==3.1.1 statsmodels==0.15.0; Python 3.11
# Who is hurt, and what to do: Those who evaluate votes, rounded
#   probabilities or rules at one of the values that they take. Give (p >=
#   threshold).astype(int) in place of the probabilities.
# Seen: 2026-11-30
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    statkit==1.1.0 numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1 pandas==3.1.1 statsmodels==0.15.0
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import numpy as np
from statkit.metrics import false_negative_rate, sensitivity, specificity, youden_j

truth = np.array([0, 1] * 50)
half = np.full(100, 0.5)
rates = [float(f(truth, half)) for f in (sensitivity, specificity, false_negative_rate, youden_j)]
print("always 0.5: sensitivity, specificity, miss rate, J:", rates)
assert rates == [1.0, 1.0, 1.0, 1.0]

rng = np.random.default_rng(0)
truth = rng.integers(0, 2, 5000)
votes = (rng.random((5000, 4)) < np.where(truth, 0.7, 0.3)[:, None]).mean(axis=1)
given, cut = youden_j(truth, votes), youden_j(truth, (votes >= 0.5).astype(int))
print(f"votes of 4 models, {np.mean(votes == 0.5):.2f} drawn: J as given {given:.3f}, of the votes cut at 0.5 {cut:.3f}")
assert given > cut + 0.2
PY
