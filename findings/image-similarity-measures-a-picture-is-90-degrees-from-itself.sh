#!/usr/bin/env bash
# Guess: sam, the spectral angle of image-similarity-measures, is 0 degrees
#   between a picture and itself, for 8-bit pictures as for floats. sre, the
#   signal to reconstruction error, falls by 20 dB for ten times the error
#   and does not depend on the size of the picture.
# Truth: sam multiplies in the type that it was given: in 8 bits the
#   products wrap, and a plain orange picture is 89.8 degrees from itself,
#   one of random colours 89.5, about as far as can be. As floats it is 0.
#   sre misses the square on the error: ten times the error costs 10 dB, and
#   16 copies side by side gain 6 dB. There is no warning.
# Versions: image-similarity-measures==0.3.6 numpy==1.26.4 scipy==1.17.1
#   scikit-image==0.20.0 opencv-python==4.11.0.86 phasepack==1.5;
#   Python 3.11
# Who is hurt, and what to do: Those who compare pictures as they are
#   loaded, or models by sre. Convert to float first; compute sre by its
#   formula.
# Seen: 2026-11-30
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    image-similarity-measures==0.3.6 numpy==1.26.4 scipy==1.17.1 scikit-image==0.20.0 \
    opencv-python==4.11.0.86 phasepack==1.5
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import numpy as np
from image_similarity_measures.quality_metrics import sam, sre

rng = np.random.default_rng(0)
picture = rng.integers(0, 256, (32, 32, 3)).astype("uint8")
same, floats = sam(picture, picture), sam(picture.astype(float), picture.astype(float))
print("angle to itself: 8 bits", round(float(same), 1), " floats", round(float(floats), 4))
assert same > 85 and floats < 1e-3
orange = np.full((32, 32, 3), (200, 120, 40), "uint8")
print("angle of a plain orange picture to itself:", round(float(sam(orange, orange)), 1))
assert sam(orange, orange) > 85

exact = picture.astype(float)
error = rng.normal(size=exact.shape)
once, ten = sre(exact, exact + error), sre(exact, exact + 10 * error)
tiled = sre(np.tile(exact, (4, 4, 1)), np.tile(exact + error, (4, 4, 1)))
formula = 10 * np.log10(np.mean(exact.mean(axis=(0, 1)) ** 2 / (error**2).mean(axis=(0, 1))))
print(f"sre {once:.1f}, ten times the error {ten:.1f}, 16 copies {tiled:.1f}, by the formula {formula:.1f}")
assert abs(once - ten - 10) < 0.01 and abs(tiled - once - 6.02) < 0.01 and once > formula + 10
PY
