#!/usr/bin/env bash
# Guess: permutation_test of bootstrapped gives the same p-value whether it
#   compares by difference, percent_change, percent_difference or ratio, and
#   whichever of the two models stands first: its p has two sides.
# Truth: The sides are counted from 0: values at least as far from 0 as the
#   one seen. A ratio lies about 1. A model far worse than the other (0.70
#   against 0.80 in 30 runs each, no overlap) has p = 1.0 by the ratio, and 0
#   with the two exchanged; by the three others it is 0 both ways. A model
#   against itself has 0.5 by the ratio and 1.0 by the others. Besides, with
#   iteration_batch_size the first shuffles are counted again for each batch:
#   1000 in batches of 100 give 5500 values. There is no warning.
# Versions: bootstrapped==0.0.2 numpy==2.4.6 scipy==1.17.1 pandas==3.1.1
#   matplotlib==3.11.2; Python 3.11
# Who is hurt, and what to do: Those who report "B has 0.9 of the loss of A"
#   with a p-value. Take percent_change, and no batches.
# Seen: 2026-12-01
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    bootstrapped==0.0.2 numpy==2.4.6 scipy==1.17.1 pandas==3.1.1 matplotlib==3.11.2
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
from importlib.metadata import version

import numpy as np
from bootstrapped import compare_functions, stats_functions
from bootstrapped.permutation import permutation_test

print("bootstrapped", version("bootstrapped"))
np.random.seed(0)
worse, better = np.random.normal(0.70, 0.01, 30), np.random.normal(0.80, 0.01, 30)
print("worst of the better", better.min(), " best of the worse", worse.max())
assert worse.max() < better.min()


def p(a, b, compare):
    return permutation_test(a, b, stats_functions.mean, getattr(compare_functions, compare), num_iterations=2000)


for compare in ("difference", "percent_change", "percent_difference", "ratio"):
    seen = [float(p(*pair, compare)) for pair in ((worse, better), (better, worse), (better, better))]
    print(f"{compare:18} worse first {seen[0]:.3f}, better first {seen[1]:.3f}, against itself {seen[2]:.3f}")
    if compare == "ratio":
        assert seen[0] == 1.0 and seen[1] == 0.0 and 0.4 < seen[2] < 0.6
    else:
        assert seen == [0.0, 0.0, 1.0]
values = [
    permutation_test(worse, better, stats_functions.mean, compare_functions.difference, num_iterations=1000,
                     iteration_batch_size=size, return_distribution=True)
    for size in (None, 100)
]
print("1000 shuffles:", len(values[0]), "values; in batches of 100:", len(values[1]), "values, of which",
      len(np.unique(values[1])), "differ")
assert len(values[0]) == 1000 and len(values[1]) == 5500 and len(np.unique(values[1])) <= 1000
PY
