#!/usr/bin/env bash
# Guess: permute.core.spearman_corr gives Spearman's correlation, that of
#   the ranks, with a p-value by permutation: -1 for y = -x, as scipy does,
#   and the same for the same pairs in another order.
# Truth: It correlates the results of argsort, which are the places of the
#   sorted values, not their ranks. For y = -x and twenty shuffled numbers
#   it is -0.06 with a p-value of 0.4 (one tail), though each y falls as x
#   rises. The same twenty pairs in four orders give -0.30, 0.15, 0.29 and
#   0.89; scipy gives 0.89 for all. It is right where x is sorted, and where
#   y rises with x throughout. Nothing is said.
# Versions: permute==0.2 cryptorandom==0.3 numpy==2.4.6 scipy==1.17.1;
#   Python 3.11
# Who is hurt, and what to do: Those who test whether marks, or scores of
#   models, go together, by a package of statisticians. Give
#   scipy.stats.rankdata of both to permute.core.corr.
# Seen: 2026-11-30
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    permute==0.2 cryptorandom==0.3 numpy==2.4.6 scipy==1.17.1
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import numpy as np
from permute.core import corr, spearman_corr
from scipy.stats import rankdata, spearmanr

rng = np.random.default_rng(0)
x = rng.permutation(20).astype(float)
r, p, _ = spearman_corr(x, -x, alternative="less", reps=1000, seed=1)
ranks = corr(rankdata(x), rankdata(-x), alternative="less", reps=1000, seed=1)
print(f"y = -x: {r:.3f}, p {p:.3f}; of the ranks: {ranks[0]:.3f}, p {ranks[1]:.3f}; scipy: {spearmanr(x, -x).statistic:.3f}")
assert abs(r) < 0.1 and p > 0.3
assert abs(ranks[0] + 1) < 1e-12 and ranks[1] < 0.002 and abs(spearmanr(x, -x).statistic + 1) < 1e-12

y = x + rng.normal(0, 4, 20)
orders = [np.arange(20), np.argsort(x), rng.permutation(20), rng.permutation(20)]
seen = [float(spearman_corr(x[o], y[o], reps=1, seed=1)[0]) for o in orders]
true = [float(spearmanr(x[o], y[o]).statistic) for o in orders]
print("the same pairs in four orders:", np.round(seen, 3).tolist(), " scipy:", np.round(true, 3).tolist())
assert max(seen) - min(seen) > 0.2 and max(true) - min(true) < 1e-12
assert abs(spearman_corr(x, x**3, reps=1, seed=1)[0] - 1) < 1e-12
by_x = np.sort(x)
assert abs(spearman_corr(by_x, -by_x, reps=1, seed=1)[0] + 1) < 1e-12
PY
