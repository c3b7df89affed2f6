#!/usr/bin/env bash
# Guess: A distortion of albumentations whose strength is 0 hands the
#   picture on as it is, as its brightness, rotation and noise of 0 do. A
#   plain white picture stays white at its edges under GridDistortion, which
#   with its default normalized=True is documented to keep the distortion
#   within the picture.
# Truth: GridDistortion(distort_limit=0) stretches each cell and paints the
#   last row and the last column black; a white picture of 224 by 224 has
#   447 black pixels at any strength and with any seed.
#   OpticalDistortion(distort_limit=(0, 0)) moves everything by half a pixel
#   and mixes the last row and column with black. PiecewiseAffine(scale=(0,
#   0)) returns a picture of 1 by 2 pixels. No word is said.
# Versions: albumentations==2.0.8 albucore==0.0.24
#   opencv-python-headless==5.0.0.93 numpy==2.4.6 scipy==1.17.1
#   pydantic==2.14.4 pyyaml==6.0.4; Python 3.11
# Who is hurt, and what to do: Those who take a strength of 0 for "without
#   augmentation" in an ablation, or train on small pictures, where two
#   edges of each are black. Leave the transform out, or pad and crop.
# Seen: 2026-11-30
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    albumentations==2.0.8 albucore==0.0.24 opencv-python-headless==5.0.0.93 numpy==2.4.6 \
    scipy==1.17.1 pydantic==2.14.4 pyyaml==6.0.4
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH" NO_ALBUMENTATIONS_UPDATE=1
cd "$tmp"
python -W ignore - <<'PY'
import numpy as np
import albumentations as A
def run(transform, image, seed=0):
    return A.Compose([transform], seed=seed)(image=image)["image"]
ramp = np.tile(np.arange(20, dtype=np.float32)[None, :, None] / 20, (20, 1, 1))
still = [A.RandomBrightnessContrast((0, 0), (0, 0), p=1), A.Rotate((0, 0), p=1), A.GaussNoise((0, 0), p=1)]
assert all(np.array_equal(run(t, ramp), ramp) for t in still)
grid, optical = A.GridDistortion(distort_limit=0, p=1), A.OpticalDistortion(distort_limit=(0, 0), p=1)
show = lambda t: [round(float(v), 1) for v in 20 * run(t, ramp)[10, :, 0]]
print("a row 0, 1 ... 19 after GridDistortion of 0:   ", show(grid))
print("a row 0, 1 ... 19 after OpticalDistortion of 0:", show(optical))
assert show(grid)[1:8] == [1.3, 2.7, 4.0, 4.0, 5.3, 6.7, 8.0] and show(grid)[-1] == 0.0
assert show(optical) == [i + 0.5 for i in range(19)] + [9.5]
white = np.full((224, 224, 3), 255, np.uint8)
black = [int((run(A.GridDistortion(p=1), white, seed) == 0).all(-1).sum()) for seed in range(4)]
print("black pixels of a white picture after GridDistortion:", black, int((run(grid, white) == 0).all(-1).sum()))
out = run(A.GridDistortion(p=1), white)
assert black == [447] * 4 and not out[-1].any() and not out[:, -1].any()
small = run(A.PiecewiseAffine(scale=(0, 0), p=1), white).shape
print("shape of 224 by 224 after PiecewiseAffine of 0:", small)
assert small == (1, 2, 3) and run(A.PiecewiseAffine(scale=(0.001, 0.001), p=1), white[:32, :32]).shape == (32, 32, 3)
PY
