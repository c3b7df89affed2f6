#!/usr/bin/env bash
# Guess: mapcalc's calculate_map takes boxes, labels and scores of
#   detections and ranks them by score, as the mean average precision is
#   defined: their order in the list does not matter.
# Truth: The scores are stored and never used. The detections count in the
#   order of the list. Two right boxes and a wrong one of low score have a
#   mAP of 1.0 in that order, and 0.67 where the wrong one stands first;
#   with the scores reversed, it stays as it was. Scores left out make no
#   difference either. Nothing is said.
# Versions: mapcalc==0.2.2 numpy==2.4.6; Python 3.11
# Who is hurt, and what to do: Those whose detections come in no order, or
#   are joined from several images or classes. Sort them by falling score
#   before the call.
# Seen: 2026-11-30
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    mapcalc==0.2.2 numpy==2.4.6
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
from mapcalc.main import calculate_map

truth = {"boxes": [[0, 0, 10, 10], [50, 50, 60, 60]], "labels": [1, 1]}
found = [([0, 0, 10, 10], 0.9), ([50, 50, 60, 60], 0.8), ([100, 100, 110, 110], 0.1)]


def value(pairs, **changes):
    result = {"boxes": [b for b, s in pairs], "labels": [1] * 3, "scores": [s for b, s in pairs]}
    return calculate_map(truth, result | changes, 0.5)


ordered, other = value(found), value(found[::-1])
mirrored = value(found, scores=[0.1, 0.8, 0.9])
print("falling scores", ordered, " same detections, other order", round(other, 3), " false scores", mirrored)
assert ordered == 1.0 and abs(other - 2 / 3) < 1e-9 and mirrored == 1.0
assert value(found[::-1], scores=[1, 1, 1]) == other
PY
