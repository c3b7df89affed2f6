#!/usr/bin/env bash
# Guess: peak_signal_noise_ratio of two float images has one data range
#   for all floats. That of two images that differ in one pixel by a
#   millionth is nearly the same.
# Truth: If the least value of the first image is below 0, the range is
#   taken as 2 (from -1 to 1), else as 1. One pixel of -1e-6, as a filter,
#   a normalisation or a network's output leaves it, adds 6.02 dB. The
#   order of the two arguments matters, since only the first is looked at.
# Versions: scikit-image==0.26.0 numpy==2.4.6 scipy==1.17.1 pillow==13.0.0
#   imageio==2.38.1 networkx==3.6.1; Python 3.11
# Who is hurt, and what to do: Those who rank denoisers or autoencoders: 6
#   dB is more than between most methods. Always give data_range.
# Seen: 2026-11-29
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check scikit-image==0.26.0 \
  numpy==2.4.6 scipy==1.17.1 pillow==13.0.0 imageio==2.38.1 \
  networkx==3.6.1
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import numpy as np
from skimage.metrics import peak_signal_noise_ratio as psnr
rng = np.random.default_rng(0)
a = rng.uniform(0, 1, (64, 64))
b = np.clip(a + rng.normal(0, 0.05, a.shape), 0, 1)
a2 = a.copy()
a2.flat[a.argmin()] = -1e-6
one, other = psnr(a, b), psnr(a2, b)
print("no negative pixel:", round(one, 2), " one of -1e-6:", round(other, 2), " arguments swapped:", round(psnr(b, a2), 2))
assert abs(a2 - a).max() < 0.01 and abs(other - one - 6.02) < 0.01
assert abs(psnr(b, a2) - one) < 0.01
assert abs(psnr(a2, b, data_range=1) - one) < 0.01
PY
