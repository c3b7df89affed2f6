#!/usr/bin/env bash
# Guess: mord's OrdinalRidge and LAD predict one of the classes they were
#   trained on, whether these are called 0 to 4, 1 to 5 or -2 to 2, as its
#   LogisticAT does.
# Truth: The rounded prediction is cut off at the highest class above and at
#   0 below. Of the classes -2 to 2 the lower two are never predicted: the
#   accuracy falls from 0.92 to 0.58. Of the classes 1 to 5 a class 0 is
#   predicted, which is none. With 0 to 4 it is right, and LogisticAT is
#   right with all three. There is no warning.
# Versions: mord==0.7 scikit-learn==1.9.1 numpy==2.4.6 scipy==1.17.1; Python
#   3.11
# Who is hurt, and what to do: Those who predict ratings of 1 to 5 stars,
#   marks, or answers from "much worse" to "much better". Number the classes
#   from 0, and take the number off again after the prediction.
# Seen: 2026-12-01
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    mord==0.7 scikit-learn==1.9.1 numpy==2.4.6 scipy==1.17.1
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
from importlib.metadata import version

import mord
import numpy as np

print("mord", version("mord"))
x = np.random.default_rng(0).normal(size=(300, 1))
classes = np.clip(np.round(1.2 * x[:, 0]), -2, 2).astype(int)
seen = {}
for lowest in (0, 1, -2):
    y = classes + 2 + lowest
    for model in (mord.OrdinalRidge(alpha=0.1), mord.LAD(), mord.LogisticAT(alpha=0.1)):
        predicted = model.fit(x, y).predict(x)
        name = type(model).__name__
        seen[name, lowest] = float(np.mean(predicted == y)), [int(c) for c in np.unique(predicted)]
        print(f"classes {[int(c) for c in np.unique(y)]}, {name:12}: accuracy {seen[name, lowest][0]:.2f},",
              f"predicted {seen[name, lowest][1]}")
for name in ("OrdinalRidge", "LAD"):
    assert seen[name, 0][0] > 0.9 and seen[name, 0][1] == [0, 1, 2, 3, 4]
    assert seen[name, -2][0] < 0.65 and seen[name, -2][1] == [0, 1, 2]
    assert seen[name, 1][0] < seen[name, 0][0] and seen[name, 1][1] == [0, 1, 2, 3, 4, 5]
for lowest in (0, 1, -2):
    assert seen["LogisticAT", lowest][0] > 0.95
    assert seen["LogisticAT", lowest][1] == list(range(lowest, lowest + 5))
PY
