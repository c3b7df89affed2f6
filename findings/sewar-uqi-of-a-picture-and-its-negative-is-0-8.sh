#!/usr/bin/env bash
# Guess: sewar's uqi, the universal image quality index, is -1 for a picture
#   and its negative about the mean, near 0 for the same pixels in another
#   order, and 0 for a flat grey, as its formula says. Its ssim agrees.
# Truth: The formula is written for sums over the window, and the code puts
#   means in. The term of the brightness outweighs that of the structure:
#   the negative gets 0.82, the shuffled pixels 0.91 and a flat grey 0.95,
#   more than the picture at half its brightness (0.64, as by the formula).
#   Equal pictures have 1, and nothing is said.
# Versions: sewar==0.4.10 numpy==2.4.6 scipy==1.17.1 pillow==13.0.0; Python
#   3.11
# Who is hurt, and what to do: Those who rank restored or generated images
#   by it: blurred and flat ones win. Use ssim of the same package, or
#   compute the index from the means and variances of the windows.
# Seen: 2026-11-29
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    sewar==0.4.10 numpy==2.4.6 scipy==1.17.1 pillow==13.0.0
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from sewar.full_ref import ssim, uqi

rng = np.random.default_rng(0)
picture = rng.integers(60, 196, size=(64, 64)).astype("uint8")


def formula(a, b, side=8):
    a, b = (sliding_window_view(v.astype(float), (side, side)).reshape(-1, side * side) for v in (a, b))
    ma, mb = a.mean(axis=1), b.mean(axis=1)
    both = (a * b).mean(axis=1) - ma * mb
    return float(np.mean(4 * both * ma * mb / ((a.var(axis=1) + b.var(axis=1)) * (ma**2 + mb**2))))


others = {
    "itself": picture,
    "negative": 255 - picture,
    "shuffled": rng.permutation(picture.ravel()).reshape(picture.shape),
    "flat grey": np.full_like(picture, 128),
    "half as bright": picture // 2,
}
seen = {}
for name, other in others.items():
    seen[name] = float(uqi(picture, other)), formula(picture, other), float(ssim(picture, other)[0])
    print(f"{name:15} uqi {seen[name][0]:6.3f}  formula {seen[name][1]:6.3f}  ssim {seen[name][2]:6.3f}")
assert seen["itself"][0] == 1.0
assert seen["negative"][0] > 0.75 and seen["negative"][1] < -0.9 and seen["negative"][2] < -0.9
assert seen["shuffled"][0] > 0.85 and abs(seen["shuffled"][1]) < 0.1
assert seen["flat grey"][0] > 0.9 and abs(seen["flat grey"][1]) < 1e-6
assert abs(seen["half as bright"][0] - seen["half as bright"][1]) < 0.02
PY
