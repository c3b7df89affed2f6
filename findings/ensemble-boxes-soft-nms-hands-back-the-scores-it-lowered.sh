#!/usr/bin/env bash
# Guess: ensemble_boxes.soft_nms lowers the scores of boxes that overlap a
#   better one and returns them: that is what Soft-NMS is. Its sister nms
#   leaves the caller's lists alone, and weights of [1, 1] are the same as
#   none, as its docstring says of None.
# Truth: The scores are lowered in a copy, which is used to drop boxes and
#   then thrown away. The scores returned are the first ones: two boxes that
#   overlap by 0.9 come back with 0.9 and 0.8, where the definition gives
#   0.9 and 0.16. Unless a box falls below thresh (0.001), the result is
#   that of no suppression at all, and so is its average precision. With
#   weights nms and soft_nms divide the scores in the caller's lists: three
#   calls with [1, 1] give 0.45, 0.225 and 0.1125. Nothing is said.
# Versions: ensemble-boxes==1.0.9 numba==0.68.1 numpy==2.4.6 pandas==3.0.6;
#   Python 3.11
# Who is hurt, and what to do: Those who join the boxes of several detectors
#   and compare the ways to do so: Soft-NMS looks worse than it is, and what
#   is called after nms gets other scores. Copy the lists before each call.
# Seen: 2026-11-30
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    ensemble-boxes==1.0.9 numba==0.68.1 numpy==2.4.6 pandas==3.0.6
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import numpy as np
from ensemble_boxes import nms, soft_nms

boxes, labels = [[[0, 0, 0.5, 0.5], [0, 0, 0.5, 0.45]]], [[0, 0]]
overlap = 0.9
for name, method, factor in (("linear", 1, 1 - overlap), ("Gaussian", 2, np.exp(-(overlap**2) / 0.5))):
    scores = soft_nms(boxes, [[0.9, 0.8]], labels, method=method, iou_thr=0.5, sigma=0.5)[1]
    print(name, "scores:", scores.tolist(), f" by the definition: 0.9, {0.8 * factor:.3f}")
    assert scores.tolist() == [0.9, 0.8]
    # The lowered score does decide which boxes stay.
    assert len(soft_nms(boxes, [[0.9, 0.8]], labels, method=method, thresh=0.8 * factor + 0.01)[1]) == 1
    assert len(soft_nms(boxes, [[0.9, 0.8]], labels, method=method, thresh=0.8 * factor - 0.01)[1]) == 2

far, classes = [[[0, 0, 0.4, 0.4]], [[0.5, 0.5, 0.9, 0.9]]], [[0], [0]]
mine = [[0.9], [0.8]]
top = [float(nms(far, mine, classes, weights=[1, 1])[1][0]) for _ in range(3)]
print("nms with weights [1, 1], three times:", np.round(top, 4).tolist(), " the caller's list:", [s.tolist() for s in mine])
assert np.allclose(top, [0.45, 0.225, 0.1125]) and np.allclose(np.ravel(mine), [0.1125, 0.1])
plain = [[0.9], [0.8]]
assert nms(far, plain, classes)[1].tolist() == [0.9, 0.8] and plain == [[0.9], [0.8]]
PY
