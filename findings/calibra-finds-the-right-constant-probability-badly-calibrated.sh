#!/usr/bin/env bash
# Guess: calibra's classwise_ece with bins of equal frequency, like that
#   with bins of equal width, is 0 for a forecast that always states the
#   true share of the class: it is faultlessly calibrated.
# Truth: It is 0.46 of a possible 0.5. The forecasts are sorted together
#   with their labels, so among equal probabilities all 0s come before all
#   1s, and each bin holds one label only. Bins of equal width give 0.
#   Calibrated probabilities rounded to one decimal get 0.10, and 0.01 with
#   the ties in random order. There is no warning.
# Versions: calibra==0.3.2 numpy==2.4.6 pandas==3.1.1; Python 3.11
# Who is hurt, and what to do: Those who measure classifiers with few
#   distinct outputs, as trees, small ensembles or rounded probabilities
#   have. Use method='width', or add a random number of 1e-9 to each
#   probability first.
# Seen: 2026-11-30
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    calibra==0.3.2 numpy==2.4.6 pandas==3.1.1
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import numpy as np
from calibra.errors import classwise_ece

rng = np.random.default_rng(0)
labels = rng.integers(0, 2, 1000)
constant = np.full(1000, labels.mean())
width = classwise_ece(constant, labels, num_bins=10, method="width")
frequency = classwise_ece(constant, labels, num_bins=10, method="frequency")
print("always the share of class 1: equal width", round(width, 6), " equal frequency", round(frequency, 3))
assert width < 1e-9 and frequency > 0.4

exact = rng.uniform(0.01, 0.99, 20000)
labels = (rng.random(20000) < exact).astype(int)
rounded = exact.round(1).clip(0.05, 0.95)
tied = classwise_ece(rounded, labels, num_bins=15, method="frequency")
untied = classwise_ece(rounded + rng.uniform(0, 1e-9, 20000), labels, num_bins=15, method="frequency")
print("calibrated, one decimal: as given", round(tied, 3), " ties in random order", round(untied, 3))
assert tied > 2 * untied
PY
