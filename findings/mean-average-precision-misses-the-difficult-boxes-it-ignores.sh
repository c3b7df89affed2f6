#!/usr/bin/env bash
# Guess: mean_average_precision, which says that it computes the VOC metric,
#   leaves boxes marked difficult out of the count, as VOC does: a detector
#   that finds all others has an average precision of 1, and the order in
#   which detections are handed over does not matter.
# Truth: A detection of a difficult box is ignored, but the box itself
#   counts as one to be found: all of three boxes found, one of them
#   difficult, give 0.67. And the marks are dealt out to the wrong boxes as
#   soon as there are two detections: the two ordinary boxes found and
#   nothing else give 0.33, and a pair of detections gives 0.33 or 0.67 by
#   the order of its rows. Nothing is said.
# Versions: mean-average-precision==2024.1.5.0 numpy==2.4.6 pandas==3.1.1;
#   Python 3.11
# Who is hurt, and what to do: Those who compare detectors on data with
#   difficult or crowd marks. Remove such boxes, and the detections that
#   match them, before the call.
# Seen: 2026-11-30
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    mean-average-precision==2024.1.5.0 numpy==2.4.6 pandas==3.1.1
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import numpy as np
from mean_average_precision import MetricBuilder

boxes = [[0, 0, 20, 20], [50, 50, 70, 70], [100, 100, 120, 120]]


def ap(difficult, detections):
    metric = MetricBuilder.build_evaluation_metric("map_2d", async_mode=False, num_classes=1)
    truth = [b + [0, d, 0] for b, d in zip(boxes, difficult)]
    found = [boxes[i] + [0, score] for i, score in detections]
    metric.add(np.array(found, float), np.array(truth, float))
    return float(metric.value(iou_thresholds=0.5)["mAP"])


a, b, c = (0, 0.9), (1, 0.8), (2, 0.7)
print("none difficult, all found:", ap((0, 0, 0), [a, b, c]))
ordinary, with_third = ap((0, 0, 1), [a, b]), ap((0, 0, 1), [a, b, c])
print("third difficult: both others found", round(ordinary, 3), " all found", round(with_third, 3))
assert ap((0, 0, 0), [a, b, c]) == 1.0
assert abs(ordinary - 1 / 3) < 1e-6 and abs(with_third - 2 / 3) < 1e-6
one, other = ap((0, 0, 1), [a, c]), ap((0, 0, 1), [c, a])
print("first and third found:", round(one, 3), " the same rows the other way round:", round(other, 3))
assert abs(one - 1 / 3) < 1e-6 and abs(other - 2 / 3) < 1e-6
PY
