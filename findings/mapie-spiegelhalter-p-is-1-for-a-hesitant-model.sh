#!/usr/bin/env bash
# Guess: MAPIE's spiegelhalter_p_value, documented as the probability of the
#   statistic if the calibration is perfect, is small for every model that
#   is clearly badly calibrated, whether it claims too much or too little.
# Truth: Only the upper tail is taken. Probabilities drawn in towards 0.5
#   (the logits halved) have p = 1.0, more than those from which the labels
#   were drawn, with a statistic of -19. Probabilities pushed out (the
#   logits doubled) have p = 0. Two tails give 0 for both. There is no
#   warning, and the documentation names no side.
# Versions: mapie==1.6.0 numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1;
#   Python 3.11
# Who is hurt, and what to do: Those who test a network with label
#   smoothing, mixup, dropout or too high a temperature, all of which make
#   it hesitant. Take spiegelhalter_statistic, and both tails of the normal
#   distribution.
# Seen: 2026-11-30
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    mapie==1.6.0 numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import numpy as np
from mapie.metrics.calibration import spiegelhalter_p_value, spiegelhalter_statistic
from scipy.stats import norm
rng = np.random.default_rng(0)
logit = rng.normal(0, 2, 5000)
y = (rng.random(5000) < 1 / (1 + np.exp(-logit))).astype(int)
seen = {}
for name, factor in (("halved", 0.5), ("as drawn", 1.0), ("doubled", 2.0)):
    p = 1 / (1 + np.exp(-factor * logit))
    z = spiegelhalter_statistic(y, p)
    seen[name] = z, spiegelhalter_p_value(y, p), 2 * norm.sf(abs(z))
    print("logits", name.ljust(8), " z", round(float(z), 2), " p", round(seen[name][1], 4), " two tails", round(float(seen[name][2]), 4))
assert seen["halved"][0] < -15 and seen["halved"][1] > 0.9999 and seen["halved"][2] < 1e-9
assert seen["doubled"][1] < 1e-9 and 0.05 < seen["as drawn"][2]
PY
