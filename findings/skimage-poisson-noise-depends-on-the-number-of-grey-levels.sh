#!/usr/bin/env bash
# Guess: random_noise(image, mode='poisson') adds noise that depends on
#   the brightness of each pixel: two images that differ by a thousandth
#   of a grey level get the same noise.
# Truth: The number of different values in the image, rounded up to a
#   power of two, is taken as the number of photons of a white pixel. A
#   flat grey image of 0.4 gets noise of 0.47, black and white points
#   mostly. With a tiny dither on the same grey it is 0.005. The same
#   picture gets four times as much noise as 8-bit values than as floats.
# Versions: scikit-image==0.26.0 numpy==2.4.6 scipy==1.17.1 pillow==13.0.0
#   imageio==2.38.1 networkx==3.6.1; Python 3.11
# Who is hurt, and what to do: Those who augment masks, drawings or MNIST,
#   or compare denoisers: the noise is another for each kind of image. The
#   idea of the bit depth is in a comment of the source. Use
#   rng.poisson(image * photons) / photons.
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
from skimage.util import random_noise
flat = np.full((100, 100), 0.4)
dither = flat + np.random.default_rng(0).uniform(-0.001, 0.001, flat.shape)
noise = {name: float(np.std(random_noise(a, mode="poisson", rng=0) - a))
         for name, a in (("flat", flat), ("one pixel apart", np.where(np.arange(100) == 5, 0.401, flat)), ("dither", dither))}
print({k: round(v, 4) for k, v in noise.items()})
assert noise["flat"] > 0.4 and noise["dither"] < 0.01
smooth = np.random.default_rng(1).uniform(0, 1, (64, 64))
as_float = np.std(random_noise(smooth, mode="poisson", rng=0, clip=False) - smooth)
bytes_ = (smooth * 255).round().astype("uint8")
as_bytes = np.std(random_noise(bytes_, mode="poisson", rng=0, clip=False) - bytes_ / 255)
print("the same picture as floats:", round(float(as_float), 4), " as bytes:", round(float(as_bytes), 4))
assert as_bytes > 3 * as_float
PY
