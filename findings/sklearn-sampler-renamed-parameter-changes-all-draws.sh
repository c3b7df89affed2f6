#!/usr/bin/env bash
# One would guess: With random_state fixed, ParameterSampler draws each
#   parameter by its own distribution. Renaming one parameter, or adding a
#   new one, leaves the draws of the others alone, at least in the first
#   candidate, since a Python dict keeps its order.
# What happens: Parameters are drawn from one stream in alphabetical order
#   of their names. Renaming 'lr' to 'step_size' swaps its draw with that of
#   'momentum'. Adding 'batch' shifts both. The order in the dict does not
#   matter.
# Versions: scikit-learn 1.9.1, scipy 1.17.1, numpy 2.4.6; Python 3.11.
# Who is hurt, what to do: Those who compare random searches before and
#   after a small change and think the candidates are the same. Store the
#   drawn candidates; do not rely on the seed.
# Date seen: 2026-11-28
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6
"$work/venv/bin/python" -W ignore - <<'PY'
from scipy.stats import uniform
from sklearn.model_selection import ParameterSampler
def draw(*names):
    d = {n: uniform(0, 1) for n in names}
    return {k: round(float(v), 4) for k, v in next(iter(ParameterSampler(d, 1, random_state=0))).items()}
base = draw("lr", "momentum")
flipped = draw("momentum", "lr")
renamed = draw("step_size", "momentum")
added = draw("lr", "momentum", "batch")
print(base, flipped, renamed, added, sep="\n")
assert base == flipped
assert renamed["step_size"] == base["momentum"] and renamed["momentum"] == base["lr"]
assert added["batch"] == base["lr"] and added["lr"] == base["momentum"]
assert added["momentum"] not in base.values()
PY
