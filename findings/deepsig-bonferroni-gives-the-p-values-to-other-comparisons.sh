#!/usr/bin/env bash
# Guess: deepsig.bonferroni_correction, of the package that tests whether
#   one network is better than another, multiplies each p-value by the
#   number of comparisons, up to 1, and hands them back in the order given:
#   0.9, 0.001, 0.5 become 1, 0.003, 1. A correction makes no p smaller.
# Truth: It gives 1, 0.9, 0.003: the comparison with p = 0.5 is significant
#   after the correction, and the one with 0.001 is not. The sorted values
#   are put back by the permutation that sorted them, and not by its
#   inverse. With two comparisons both are the same; for two of the six
#   orders of three the smallest p goes to another comparison, and for
#   three quarters of the orders of eight. The factor is 3, 2, 1 by rank,
#   too, which is not Bonferroni's: 0.012, 0.013 becomes 0.036, 0.026.
#   Nothing is said.
# Versions: deepsig==1.2.8 numpy==2.4.6 scipy==1.17.1 pandas==3.0.6
#   joblib==1.6.0 dill==0.4.1 psutil==7.2.2 tqdm==4.70.1; Python 3.11
# Who is hurt, and what to do: Those who compare networks on three or more
#   data sets. Use multipletests of statsmodels, or min(1, n * p).
# Seen: 2026-11-30
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    deepsig==1.2.8 numpy==2.4.6 scipy==1.17.1 pandas==3.0.6 joblib==1.6.0 dill==0.4.1 psutil==7.2.2 tqdm==4.70.1
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
from itertools import permutations

import numpy as np
from deepsig import bonferroni_correction

given = np.array([0.9, 0.001, 0.5])
seen = bonferroni_correction(given)
print("given:", given.tolist(), " corrected:", seen.round(4).tolist(), " Bonferroni's:", np.minimum(1, 3 * given).round(4).tolist())
assert np.allclose(seen, [1, 0.9, 0.003])


def smallest_moved(n):
    """The share of the orders of n p-values whose smallest is another one after the correction."""
    p = np.linspace(0.001, 0.9, n)
    if n < 4:
        orders = [list(o) for o in permutations(range(n))]
    else:
        orders = [np.random.default_rng(i).permutation(n) for i in range(200)]
    moved = [np.argmin(bonferroni_correction(p[o])) != np.argmin(p[o]) for o in orders]
    return sum(moved), len(moved)


for n in (2, 3, 8):
    print(n, "comparisons: the smallest p is another one in %d of %d orders" % smallest_moved(n))
assert smallest_moved(2) == (0, 2) and smallest_moved(3) == (2, 6) and smallest_moved(8)[0] > 140
in_order = bonferroni_correction(np.array([0.012, 0.013, 0.04]))
print("0.012, 0.013, 0.04, in order:", in_order.round(4).tolist())
assert np.allclose(in_order, [0.036, 0.026, 0.04])
PY
