#!/usr/bin/env bash
# Guess: Delong_test of two models that rank all examples alike, the same
#   scores or one a rising function of the other, says that there is no
#   difference: p = 1.
# Truth: It says p = 0.0, the strongest difference there is, beside z = 0
#   and two equal AUCs. DeLong's variance is 0 here, the function turns to
#   the bootstrap, and a difference of 0 in every sample counts as none
#   above zero. It is so before and after temperature scaling of a binary
#   classifier. Scores that rank differently are judged by DeLong's
#   formula.
# Versions: MLstatkit==0.1.91 numpy==2.4.6 scipy==1.17.1
#   scikit-learn==1.9.1 pandas==3.1.1; Python 3.11
# Who is hurt, and what to do: Those who compare a model before and after
#   calibration, or print p alone. Compare the AUCs first, or look at the
#   method in the last value.
# Seen: 2026-11-29
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check MLstatkit==0.1.91 \
  numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1 pandas==3.1.1
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import numpy as np
from MLstatkit import Delong_test
rng = np.random.default_rng(0)
y = rng.integers(0, 2, 60)
logit = y + rng.normal(size=60)
p = lambda t: 1 / (1 + np.exp(-logit / t))
for name, other in (("itself", p(1)), ("temperature 2", p(2))):
    z, value, _, _, auc_a, auc_b, info = Delong_test(y, p(1), other, return_ci=True, return_auc=True)
    print(name.ljust(14), "AUCs", round(auc_a, 4), round(auc_b, 4), " z", z, " p", value, info["method"])
    assert auc_a == auc_b and z == 0.0 and value == 0.0
z, value = Delong_test(y, p(1), rng.permutation(p(1)), return_ci=False, return_auc=False)[:2]
print("shuffled       z", round(z, 2), " p", round(value, 4))
assert z != 0 and 0 < value < 1
PY
