#!/usr/bin/env bash
# Guess: CLES_2paired(a, b), the common language effect size of two models
#   that were run with the same seeds, is 100 % where one is better in every
#   pair and 50 % where all pairs are equal, and does not depend on which
#   model comes first. Its result is documented as 50 to 100.
# Truth: The differences are compared with one zero fewer than there are
#   pairs, and the count is divided by the square of the pairs. With five
#   seeds, five wins of the second model are 80 %, five wins of the first
#   100 %, and five draws 60 %. With two seeds two wins are 50 % or 100 %,
#   and two draws 75 %. It grows right with many pairs. Nothing is said.
#   CLES_1samp of the differences is right.
# Versions: CLES==0.1.3 numpy==2.4.6; Python 3.11
# Who is hurt, and what to do: Those who compare networks by three to ten
#   seeds, where it is off by up to 10 to 33 points. Use CLES_1samp(b - a).
# Seen: 2026-11-30
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check CLES==0.1.3 numpy==2.4.6
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import numpy as np
from CLES import CLES_1samp, CLES_2paired

for n in (2, 5, 20):
    low = np.linspace(0.8, 0.9, n)
    high = low + 0.05
    up, down, draw = (float(CLES_2paired(a, b)) for a, b in ((low, high), (high, low), (low, low)))
    print(f"{n} pairs: all won by the second {up:.1f}, by the first {down:.1f}, all equal {draw:.1f}")
    assert np.allclose([up, down, draw], [max(100 * (n - 1) / n, 50), 100, 50 + 50 / n])
    assert CLES_1samp(high - low) == CLES_1samp(low - high) == 100 and CLES_1samp(low - low) == 50
PY
