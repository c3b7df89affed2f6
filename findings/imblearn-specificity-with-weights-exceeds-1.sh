#!/usr/bin/env bash
# Guess: specificity_score of imbalanced-learn with sample_weight counts an
#   example of weight 2 as two examples, as sensitivity_score and
#   scikit-learn do, and all weights times ten change nothing.
# Truth: The true negatives are counted as the number of examples, without
#   weights, less sums of weights. With whole weights it is 0.24 where the
#   repeated examples give 0.85, with ten times these 1.15, a share above 1,
#   and with weights that sum to 1 it is 0.9996, though 17 of 89 negatives
#   are taken for positive. geometric_mean_score is wrong with it. There is
#   no warning. The sensitivity is right.
# Versions: imbalanced-learn==0.14.2 scikit-learn==1.9.1 numpy==2.4.6
#   scipy==1.17.1 sklearn-compat==0.1.6; Python 3.11
# Who is hurt, and what to do: Those who weight the examples of rare classes
#   or of a survey. Take scikit-learn's recall_score with pos_label=0 for
#   the specificity.
# Seen: 2026-11-30
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    imbalanced-learn==0.14.2 scikit-learn==1.9.1 numpy==2.4.6 scipy==1.17.1 \
    sklearn-compat==0.1.6
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import numpy as np
from imblearn.metrics import geometric_mean_score, sensitivity_score, specificity_score
from sklearn.metrics import recall_score
rng = np.random.default_rng(0)
y = rng.integers(0, 2, 200)
p = np.where(rng.random(200) < 0.7, y, rng.integers(0, 2, 200))
w = rng.integers(0, 4, 200)
r = np.repeat(np.arange(200), w)
seen = {}
for f in (sensitivity_score, specificity_score, geometric_mean_score):
    seen[f] = [f(y[r], p[r], average="binary")]
    seen[f] += [f(y, p, sample_weight=v, average="binary") for v in (w, 10.0 * w, w / w.sum())]
    print(f.__name__.ljust(21), "repeated, weighted, ten times, sum of 1:", [round(float(v), 4) for v in seen[f]])
right = recall_score(y, p, sample_weight=w, pos_label=0)
print("scikit-learn's recall of class 0, weighted:", round(float(right), 4))
print("of", (y == 0).sum(), "negatives", ((y == 0) & (p == 1)).sum(), "are taken for positive")
assert np.allclose(seen[sensitivity_score], seen[sensitivity_score][0])
repeated, weighted, tenfold, shares = seen[specificity_score]
assert np.isclose(repeated, right) and repeated > 0.8
assert weighted < 0.3 and tenfold > 1.1 and 0.99 < shares < 1
assert seen[geometric_mean_score][1] < 0.5 < 0.8 < seen[geometric_mean_score][0]
PY
