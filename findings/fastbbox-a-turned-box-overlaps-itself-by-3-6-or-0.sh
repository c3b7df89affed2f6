#!/usr/bin/env bash
# Guess: fastbbox.bbox_overlaps_obb gives the intersection over union of
#   turned boxes, "approximately" where the angle is not 0: near 1 for a box
#   and itself, never above 1, and the same for two boxes that both turn.
# Truth: The box and itself have 3.57 at 30 degrees, 1.29 at 45 and 0.33 at
#   90, for a box of 4 by 2. A text line of 10 by 1 has 0 at 10 degrees. The
#   intersection is that of the upright boxes round them, times a cosine,
#   and the union is taken from the true areas. Only where both angles are 0
#   or near it is it right. No warning is given.
# Versions: fastbbox==0.1.0 numpy==2.4.6; Python 3.11
# Who is hurt, and what to do: Those who evaluate detectors of turned boxes
#   (aerial pictures, text): a right box is missed at one angle, and a wrong
#   one passes a threshold of 0.5 at another. Clip the polygons, as shapely
#   does.
# Seen: 2026-12-01
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    fastbbox==0.1.0 numpy==2.4.6
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python - <<'PY'
import importlib.metadata as m, math
import numpy as np
from fastbbox import bbox_overlaps, bbox_overlaps_obb
print("fastbbox", m.version("fastbbox"), " numpy", np.__version__)

def boxes(*rows):
    return np.array(rows, dtype=np.float32)

def itself(width, height, degrees):
    box = boxes([50, 50, width, height, math.radians(degrees)])
    return round(float(bbox_overlaps_obb(box, box)[0, 0]), 2)

seen = {(w, h): [itself(w, h, d) for d in (0, 10, 30, 45, 90)] for w, h in ((4, 2), (10, 1), (100, 40))}
for size, values in seen.items():
    print(size, "with itself at 0, 10, 30, 45, 90 degrees:", values)
assert seen[4, 2] == [1.0, 2.25, 3.57, 1.29, 0.33]
assert seen[10, 1] == [1.0, 0.0, 0.0, 0.0, 0.33]
assert seen[100, 40][2] == 5.49

# Two boxes 4 apart along their long side only touch: 0 at every angle.
def touching(degrees):
    t = math.radians(degrees)
    return round(float(bbox_overlaps_obb(boxes([0, 0, 4, 2, t]),
                                         boxes([4 * math.cos(t), 4 * math.sin(t), 4, 2, t]))[0, 0]), 2)
print("two that only touch:", [touching(d) for d in (0, 30)])
assert touching(0) == 0.0 and touching(30) > 0.05

# Control: upright boxes, by either function.
a, b = boxes([0, 0, 4, 2, 0]), boxes([2, 0, 4, 2, 0])
assert abs(bbox_overlaps_obb(a, b)[0, 0] - 1 / 3) < 1e-5
assert abs(bbox_overlaps(boxes([0, 0, 4, 2]), boxes([2, 0, 6, 2]))[0, 0] - 1 / 3) < 1e-5
PY
