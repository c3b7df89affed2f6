#!/usr/bin/env bash
# Guess: mlxtend's proportion_difference(a, b, n), documented to give the
#   p-value of a test of a difference between two accuracies, gives the same
#   p whichever accuracy comes first, and p = 1 for two that are equal.
# Truth: It gives the share of the normal distribution below z, one tail,
#   whichever sign the difference has. Accuracies of 0.80 and 0.95 on 200
#   examples each have p = 0.000002, and 0.95 and 0.80 have p = 0.999998:
#   with the better model first nothing is ever significant. Two equal ones
#   have p = 0.5, and in the other order p is half of the usual one. The
#   documentation names neither side, and nothing is said.
# Versions: mlxtend==0.23.4 numpy==2.4.6 scipy==1.17.1 pandas==3.1.1
#   scikit-learn==1.9.1 matplotlib==3.11.2 statsmodels==0.15.0; Python 3.11
# Who is hurt, and what to do: Those who compare the accuracies of two
#   models and put the better or the new one first. Double the smaller of p
#   and 1 - p, or use the z test of statsmodels.
# Seen: 2026-11-30
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    mlxtend==0.23.4 numpy==2.4.6 scipy==1.17.1 pandas==3.1.1 scikit-learn==1.9.1 \
    matplotlib==3.11.2 statsmodels==0.15.0
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import numpy as np
from mlxtend.evaluate import proportion_difference
from statsmodels.stats.proportion import proportions_ztest
for a, b in ((0.80, 0.95), (0.95, 0.80), (0.80, 0.87), (0.87, 0.80), (0.8, 0.8)):
    z, p = proportion_difference(a, b, 200, 200)
    usual = proportions_ztest([a * 200, b * 200], [200, 200])[1]
    print(a, "against", b, " z", round(float(z), 2), " p", f"{p:.6f}", " statsmodels, two tails:", f"{usual:.6f}")
p = lambda a, b: proportion_difference(a, b, 200, 200)[1]
assert p(0.80, 0.95) < 0.00001 and p(0.95, 0.80) > 0.99999
assert np.isclose(p(0.87, 0.80), 1 - p(0.80, 0.87)) and p(0.8, 0.8) == 0.5
assert 0.02 < p(0.80, 0.87) < 0.04 and 0.05 < proportions_ztest([160, 174], [200, 200])[1] < 0.07
PY
