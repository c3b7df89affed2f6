#!/usr/bin/env bash
# Guess: The expected calibration error of calzone counts every example. A
#   model that gives a probability of 0 to many examples that do happen has
#   a large error.
# Truth: Its bins are open at the lower end, so an example with a
#   probability of exactly 0 is in none. The error is of the others, and
#   divided by their number. With 400 of 1000 examples at 0, all of them
#   positive, ECE and MCE are 0.0; with 1e-9 in place of 0 the ECE is 0.4.
#   No word is said. With bins of equal counts the smallest probability of
#   the set is left out in the same way, whatever it is.
# Versions: calzone-tool==0.1.0 numpy==2.4.6 scipy==1.17.1
#   statsmodels==0.15.0 pandas==3.1.1; Python 3.11
# Who is hurt, and what to do: Those whose model is sure: trees, votes of an
#   ensemble, a sigmoid in float32. Clip the probabilities to 1e-9 before,
#   and compare the sum of the counts in the bins with the number of
#   examples.
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
from calzone.metrics import CalibrationMetrics
from calzone.utils import reliability_diagram

p = np.r_[np.zeros(400), np.full(600, 0.5)]
y = np.r_[np.ones(400), np.arange(600) % 2].astype(int)


def errors(p):
    out = CalibrationMetrics().calculate_metrics(y, np.column_stack([1 - p, p]), ["ECE-H", "MCE-H"])
    return float(out["ECE-H"]), float(out["MCE-H"])


with_zeros, clipped = errors(p), errors(np.clip(p, 1e-9, 1))
print("ECE and MCE with zeros:", with_zeros, " with 1e-9 for 0:", clipped)
assert with_zeros == (0.0, 0.0) and abs(clipped[0] - 0.4) < 1e-6 and clipped[1] > 0.99
spread = np.linspace(0.1, 0.9, 1000)
for equal, q in ((False, p), (True, spread)):
    counts = reliability_diagram(y, np.column_stack([1 - q, q]), class_to_plot=1, is_equal_freq=equal)[3]
    print("in the bins:", int(counts.sum()), "of", len(q), " equal counts:", equal)
    assert counts.sum() == (999 if equal else 600)
PY
