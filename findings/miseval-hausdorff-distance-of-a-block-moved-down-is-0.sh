#!/usr/bin/env bash
# Guess: evaluate(truth, pred, metric="HD") of miseval, a library of metrics
#   for segmentation, is the Hausdorff distance of the two masks: 40 pixels
#   where a block lies 40 pixels further down. "AHD", its average Hausdorff
#   distance, is the mean of the distances, and below it. The boundary
#   distance "BD" of a mask and itself is 0.
# Truth: The picture goes to a function that takes a list of points, so each
#   row of the mask counts as one point. Rows in another order are the same
#   set: the block that lies 40 pixels further down, without a pixel in
#   common, has distance 0, the best there is. Moved 20 pixels sideways, it
#   has 4.5. The class asked for is not looked at: each class has the same
#   number. "AHD" is the largest distance, so the true "HD". "BD" pairs all
#   points of one outline with all of the other: for equal masks it is 10.9.
#   Nothing is said.
# Versions: miseval==1.3.0 hausdorff==0.2.6 dictances==1.5.3 numba==0.68.1
#   numpy==2.4.6 scipy==1.17.1 scikit-image==0.26.0 scikit-learn==1.9.1;
#   Python 3.11
# Who is hurt, and what to do: Those who report the Hausdorff distance of a
#   network's masks. Give numpy.argwhere of both masks to scipy's
#   directed_hausdorff, or take "AHD" for it.
# Seen: 2026-11-30
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check miseval==1.3.0 hausdorff==0.2.6 dictances==1.5.3 \
    numba==0.68.1 numpy==2.4.6 scipy==1.17.1 scikit-image==0.26.0 scikit-learn==1.9.1
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import numpy as np
from miseval import evaluate
from scipy.spatial.distance import directed_hausdorff


def mask(row, column):
    m = np.zeros((64, 64), int)
    m[row : row + 10, column : column + 20] = 1
    return m


def true(a, b):
    a, b = np.argwhere(a), np.argwhere(b)
    return max(directed_hausdorff(a, b)[0], directed_hausdorff(b, a)[0])


truth = mask(5, 10)
seen = {}
for name, other in (("itself", truth), ("40 down", mask(45, 10)), ("20 right", mask(5, 30))):
    hd, ahd, bd, dice = (float(evaluate(truth, other, metric=m)) for m in ("HD", "AHD", "BD", "DSC"))
    seen[name] = hd, ahd, bd, true(truth, other)
    print(f"{name}: HD {hd:.2f}, true {true(truth, other):.0f}, AHD {ahd:.2f}, BD {bd:.2f}, Dice {dice:.0f}")
assert seen["40 down"][0] == 0 and seen["40 down"][1] == seen["40 down"][3] == 40
assert abs(seen["20 right"][0] - 20**0.5) < 1e-9 and seen["20 right"][1] == seen["20 right"][3] == 20
assert seen["itself"][2] > 10
three = truth + 2 * mask(20, 40)
other = truth + 2 * mask(20, 30)
each = evaluate(three, other, metric="HD", multi_class=True, n_classes=3)
print("only class 2 moved, HD of each class:", each.round(2).tolist(), " true:", [true(three == c, other == c) for c in range(3)])
assert each[0] == each[1] == each[2] > 0 and true(three == 1, other == 1) == 0
PY
