#!/usr/bin/env bash
# Guess: compute_iou of pybboxes takes boxes as COCO has them, with
#   fractions of a pixel, and gives their intersection over union.
# Truth: The corners are rounded to whole pixels first. Two boxes with an
#   IoU of 0.51 have 1.0, and a box of 10 pixels that is half a pixel off in
#   both directions has 1.0 instead of 0.82. Boxes of 2 pixels with an IoU
#   of 0.22 have 1.0 as well. There is no warning.
# Versions: pybboxes==0.2.0 numpy==1.24.2; Python 3.11
# Who is hurt, and what to do: Those who match small objects, or low
#   resolutions, against a threshold. Multiply all numbers by 1000 first, or
#   compute the ratio by hand.
# Seen: 2026-11-30
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    --no-deps \
    pybboxes==0.2.0 numpy==1.24.2
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
from pybboxes.functional import compute_iou


def exact(a, b):
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    both = max(width, 0) * max(height, 0)
    return both / (a[2] * a[3] + b[2] * b[3] - both)


pairs = [((0, 0, 1.4, 1.4), (0, 0, 1, 1)), ((20, 20, 10, 10), (20.5, 20.5, 10, 10)), ((3.4, 3.4, 2, 2), (2.6, 2.6, 2, 2))]
for a, b in pairs:
    print(a, b, "IoU", float(compute_iou(a, b)), " exact", round(exact(a, b), 3))
    assert compute_iou(a, b) == 1.0 and exact(a, b) < 0.83
    fine = compute_iou([v * 1000 for v in a], [v * 1000 for v in b])
    assert abs(fine - exact(a, b)) < 1e-3
PY
