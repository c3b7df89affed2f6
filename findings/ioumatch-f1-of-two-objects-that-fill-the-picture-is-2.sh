#!/usr/bin/env bash
# Guess: evaluate_image of ioumatch counts the objects of a label image, 0
#   being the background, and gives true and false positives and an F1 from
#   0 to 1. A mask compared with itself has an F1 of 1; a prediction that
#   marks the whole picture as one object is one false positive.
# Truth: It takes the number of labels less one for the number of objects,
#   whether or not there is a background. Where no pixel is 0, as in cells
#   that fill the picture or a map of regions, one object too few is
#   counted: for two objects that are found, 2 true positives, -1 false
#   positives, -1 missed and an F1 of 2. A prediction that fills the picture
#   is no false positive at all, and beside one right object the F1 is 1.
#   One pixel of background sets all right. The sums of evaluate_pairs hide
#   the negative counts. No word is said.
# Versions: ioumatch==0.1.1 numpy==2.4.6 opencv-python-headless==4.11.0.86;
#   Python 3.11
# Who is hurt, and what to do: Those who evaluate a segmentation with F1,
#   above all an untrained network's, which marks everything. Set one corner
#   pixel of both masks to 0.
# Seen: 2026-12-01
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    ioumatch==0.1.1 numpy==2.4.6 opencv-python-headless==4.11.0.86
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python - <<'PY'
import warnings
from importlib.metadata import version

import cv2
import numpy as np
from ioumatch import evaluate_image, evaluate_pairs

warnings.simplefilter("error")
print("ioumatch", version("ioumatch"))


def counts(seen, true, method="greedy"):
    got = evaluate_image(seen, true, method=method)
    return got["tp"], got["fp"], got["fn"], round(got["f1"], 6)


halves = np.full((20, 20), 2, np.uint8)
halves[:, :10] = 3
framed = halves.copy()
framed[0, 0] = 0
objects = np.zeros((20, 20), np.uint8)
objects[2:8, 2:8], objects[12:18, 12:18] = 2, 3
everything = np.full((20, 20), 2, np.uint8)
binary, white = (objects > 0).astype(np.uint8), np.ones((20, 20), np.uint8)
almost = white.copy()
almost[0, 0] = 0
for name, seen, true, told in (
    ("two objects on a background, both found", objects, objects, (2, 0, 0, 1.0)),
    ("two objects that fill the picture, both found", halves, halves, (2, -1, -1, 2.0)),
    ("the same with one pixel of background", framed, framed, (2, 0, 0, 1.0)),
    ("two objects, all but one pixel marked as one", almost, binary, (0, 1, 2, 0.0)),
    ("two objects, the whole picture marked as one", white, binary, (0, 0, 2, 0.0)),
    ("the same, as labels", everything, objects, (0, 0, 2, 0.0)),
):
    for method in ("greedy", "hungarian"):
        assert counts(seen, true, method) == told, counts(seen, true, method)
    print(f"{name}: {told[0]} true, {told[1]} false, {told[2]} missed, F1 {told[3]}")

empty = np.zeros((20, 20), np.uint8)
half = np.zeros((20, 20), np.uint8)
half[2:8, 2:8] = 255
for folder, masks in (("seen", (half, 255 * white)), ("nearly", (half, 255 * almost)), ("true", (half, empty))):
    for i, mask in enumerate(masks):
        cv2.imwrite(f"{folder}{i}.png", mask)
for name, f1 in (("seen", 1.0), ("nearly", 2 / 3)):
    total, _ = evaluate_pairs(f"{name}*.png", "true*.png")
    print(f"one object found, one empty picture marked ({name}):", total)
    assert abs(total["f1"] - f1) < 1e-9
PY
