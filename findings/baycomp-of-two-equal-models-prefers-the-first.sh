#!/usr/bin/env bash
# Guess: baycomp.two_on_multiple(x, y), the Bayesian signed-rank test over
#   several data sets, is even where x and y are the same scores: 0.5 each.
#   Its sister for one data set, two_on_single, says so.
# Truth: It gives the first a probability of 0.68 to be better and the
#   second 0.32, on any scores of ten data sets and with any seed, and 0.77
#   to 0.23 for three. In each sample both have a half, and which half is
#   larger is decided by the rounding of a sum. With a rope it is right.
#   There is no warning.
# Versions: baycomp==1.0.3 numpy==2.4.6 scipy==1.17.1 matplotlib==3.11.2;
#   Python 3.11
# Who is hurt, and what to do: Those who compare a method with itself to see
#   whether a pipeline is sound, or two settings that make no difference.
#   Give a rope.
# Seen: 2026-11-30
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    baycomp==1.0.3 numpy==2.4.6 scipy==1.17.1 matplotlib==3.11.2
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import numpy as np
from baycomp import two_on_multiple, two_on_single
rng = np.random.default_rng(0)
for n in (3, 10, 30):
    seen = []
    for seed in range(3):
        x = rng.random(n)
        seen.append(two_on_multiple(x, x, random_state=seed))
    print(n, "data sets, x against itself:", [tuple(round(float(v), 2) for v in s) for s in seen])
    assert all(left > 0.6 and right < 0.4 for left, _, right in seen)
x = rng.random(10)
print("one data set:", two_on_single(x, x), " with a rope of 0.01:", two_on_multiple(x, x, rope=0.01))
assert two_on_single(x, x) == (0.5, 0.5)
assert two_on_multiple(x, x, rope=0.01) == (0.0, 1.0, 0.0)
PY
