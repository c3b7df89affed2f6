#!/usr/bin/env bash
# Guess: McNemar's test of two classifiers that are right and wrong on the
#   same examples gives p = 1: there is nothing between them. The
#   continuity correction makes it more careful, not less.
# Truth: mlxtend's mcnemar gives chi2 = inf and p = 0.0: with no
#   disagreement the correction turns 0/0 into 1/0. With exact=True p is
#   1, without the correction it is NaN. With one disagreement on each
#   side the corrected test gives p = 0.48 where the exact one gives 1,
#   and the uncorrected one too.
# Versions: mlxtend==0.25.0 numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1
#   pandas==3.1.1 matplotlib==3.11.2; Python 3.11
# Who is hurt, and what to do: Those who test a re-trained, converted or
#   quantised model against the first: the same predictions are
#   "significantly different". Use exact=True, as is right for few
#   disagreements anyway.
# Seen: 2026-11-29
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check mlxtend==0.25.0 numpy==2.4.6 \
  scipy==1.17.1 scikit-learn==1.9.1 pandas==3.1.1 matplotlib==3.11.2
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import numpy as np
from mlxtend.evaluate import mcnemar, mcnemar_table
y = np.array([0, 0, 1, 1, 1, 0, 1, 0])
a = np.array([0, 1, 1, 1, 0, 0, 1, 0])
table = mcnemar_table(y, a, a)
print(table.tolist(), " corrected:", mcnemar(table), " exact:", mcnemar(table, exact=True)[1])
assert table.tolist() == [[6, 0], [0, 2]]
chi2, p = mcnemar(table)
assert np.isinf(chi2) and p == 0.0
assert mcnemar(table, exact=True)[1] == 1.0 and np.isnan(mcnemar(table, corrected=False)[1])
even = np.array([[6, 1], [1, 2]])
values = [round(float(f), 2) for f in (mcnemar(even)[1], mcnemar(even, corrected=False)[1], mcnemar(even, exact=True)[1])]
print("one disagreement each way: corrected, uncorrected, exact:", values)
assert values == [0.48, 1.0, 1.0]
PY
