#!/usr/bin/env bash
# Guess: ranky.p_wins(a, b) is True where a wins against b significantly by
#   a sign test: 3 wins and 2 losses, with 95 draws or without, are nothing
#   of the kind.
# Truth: The wins are set against half of all comparisons, draws included,
#   and the test has two sides: 3 wins in 100 are far fewer than 50, which
#   counts as significant, and 3 are more than 2, so a has won. Even 1 win
#   and 99 draws are a significant win. Without the draws the answer is
#   False. rk.pairwise(m, wins=rk.p_wins) ranks by it. Nothing is said.
# Versions: ranky==1.0.0 baycomp==1.0.3 numpy==2.4.6 scipy==1.17.1
#   pandas==3.1.1 scikit-learn==1.9.1 matplotlib==3.11.2 seaborn==0.13.2
#   networkx==3.6.1 Levenshtein==0.27.5 tqdm==4.70.1; Python 3.11
# Who is hurt, and what to do: Those who rank models on many tasks where
#   scores are often equal, as accuracies of small test sets are. Leave the
#   draws out of both ballots first.
# Seen: 2026-11-30
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    ranky==1.0.0 baycomp==1.0.3 numpy==2.4.6 scipy==1.17.1 pandas==3.1.1 scikit-learn==1.9.1 \
    matplotlib==3.11.2 seaborn==0.13.2 networkx==3.6.1 Levenshtein==0.27.5 tqdm==4.70.1
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import numpy as np
import ranky as rk
from scipy.stats import binomtest


def scores(wins, losses, draws):
    a = np.array([2] * wins + [1] * losses + [1] * draws)
    b = np.array([1] * wins + [2] * losses + [1] * draws)
    return a, b


for wins, losses, draws in ((3, 2, 95), (1, 0, 99), (3, 2, 0), (1, 0, 0)):
    a, b = scores(wins, losses, draws)
    sign_test = binomtest(wins, wins + losses).pvalue
    won = bool(rk.p_wins(a, b))
    print(f"{wins} wins, {losses} losses, {draws} draws: p_wins {won}, p of the sign test {sign_test:.2f}")
    assert won == (draws > 0) and sign_test == 1.0
fair = scores(60, 40, 0)
print("60 wins, 40 losses, no draws:", bool(rk.p_wins(*fair)), " with 1000 draws:", bool(rk.p_wins(*scores(60, 40, 1000))))
assert not rk.p_wins(*fair) and rk.p_wins(*scores(60, 40, 1000))
PY
