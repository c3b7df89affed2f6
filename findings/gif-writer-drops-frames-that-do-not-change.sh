#!/usr/bin/env bash
# One would guess: imageio.v3.imwrite of 6 frames to a .gif gives a file of
#   6 frames.
# What happens: Frames equal to the one before are merged into it and its
#   duration is lengthened. Six frames of which the first three and the last
#   three are equal come back as 2 frames.
# Versions: imageio 2.38.1, pillow 13.0.0, numpy 2.4.6; Python 3.11.
# Who is hurt, what to do: Those who use GIFs of training progress or game
#   episodes as data, or index frame k for step k: the numbers shift. Write
#   .npy, or a PNG for each frame; or read the durations too.
# Date seen: 2026-11-28
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    imageio==2.38.1 pillow==13.0.0 numpy==2.4.6
"$work/venv/bin/python" -W ignore - <<'PY'
import numpy as np, imageio.v3 as iio
from PIL import Image
f = np.zeros((6, 8, 8, 3), np.uint8)
f[3:] = 255
iio.imwrite("a.gif", f, duration=100)
back = iio.imread("a.gif")
im = Image.open("a.gif")
times = []
for k in range(im.n_frames):
    im.seek(k)
    times.append(im.info["duration"])
still = np.zeros((5, 8, 8, 3), np.uint8)
iio.imwrite("b.gif", still, duration=100)
print("written:", f.shape, " read:", back.shape, " durations:", times, " still:", iio.imread("b.gif").shape)
assert back.shape == (2, 8, 8, 3) and times == [300, 300]
assert iio.imread("b.gif").shape[0] == 1
PY
