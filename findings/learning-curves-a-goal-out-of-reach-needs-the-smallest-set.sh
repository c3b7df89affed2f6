#!/usr/bin/env bash
# Guess: LearningCurve.threshold of learning-curves tells how many examples
#   it takes to come to 99 % of the best score. Where the curve is so flat
#   that no size it looks at is enough, it says so, or gives the largest.
# Truth: It gives the smallest training set of all, 100, as the place where
#   the goal is met. The flatter the curve, the larger the answer, until it
#   falls to 100: for a curve that is below 0.95 by 0.8 over the root of n it
#   is 7095 examples, and by 0.8 over the fifth root of n 100, with a score of
#   0.63. The lines that plot draws are there too. Nothing is said.
# Versions: learning-curves==0.2.2 dill==0.4.1 numpy==2.4.6 scipy==1.17.1
#   scikit-learn==1.9.1 matplotlib==3.11.2; Python 3.11
# Who is hurt, and what to do: Those who decide by it whether to collect more
#   data: just where much more is needed it says that they have enough. Look
#   at the score it gives beside the best one, times the threshold.
# Seen: 2026-12-01
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    dill==0.4.1 numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1 matplotlib==3.11.2
# It asks for scikit-learn by a name that pip no longer takes.
"$tmp/v/bin/pip" install --quiet --no-compile --no-deps --disable-pip-version-check \
    learning-curves==0.2.2
export TZ=UTC HOME="$tmp" MPLBACKEND=agg PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import importlib.metadata as m
import numpy as np
from learning_curves.learning_curves import LearningCurve
print(*(f"{p} {m.version(p)}" for p in ("learning-curves", "numpy", "scipy")))
sizes = np.array([100, 200, 400, 800, 1600, 3200, 6400.0])

def needed(power, **more):
    curve = LearningCurve()
    fitted = curve.fit(curve.get_predictor("pow"), sizes, 0.95 - 0.8 * sizes ** -power)
    assert fitted.score > 0.9999
    best, size, score = (float(v) for v in curve.threshold_cust(fitted, sizes, **more))
    assert best == 0.95
    return size, score

seen = {power: needed(power) for power in (0.7, 0.6, 0.5, 0.2, 0.1)}
for power, (size, score) in seen.items():
    print(f"0.95 - 0.8 / n ** {power}: the goal is {0.99 * 0.95:.4f}; {size:.0f} examples, with {score}")
# The fit is exact, so the true answer is known: (0.8 / 0.0095) ** (1 / power).
for power in (0.7, 0.6, 0.5):
    size, score = seen[power]
    assert score >= 0.9404 and abs(size - (0.8 / 0.0095) ** (1 / power)) < 10
for power in (0.2, 0.1):
    assert seen[power][0] == 100 and (0.8 / 0.0095) ** (1 / power) > 1e9
assert seen[0.2][1] == 0.6315
# Control: the same flat curve with a goal that it meets.
print("goal of 90 % for 0.2:", needed(0.2, threshold=0.9))
assert abs(needed(0.2, threshold=0.9)[0] - (0.8 / 0.095) ** 5) < 50
PY
