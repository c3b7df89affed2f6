#!/usr/bin/env bash
# Guess: In a pipeline of Augmentor, flip_left_right(probability=0.01) flips
#   one picture of a hundred, and probability=0.1 one of ten.
# Truth: The random number is rounded to one decimal before it is compared.
#   A probability of 0.01 happens in 5 % of the pictures, 0.1 and 0.19 both
#   in 15 %, 0.5 in 55 %, and 0.9 in 95 %, as 0.99 does. It is so for all
#   operations, for files and for arrays. The pipeline's torch_transform does
#   not round, and flips 10 % for 0.1. Nothing is said.
# Versions: Augmentor==0.2.12 pillow==13.0.0 numpy==2.4.6 tqdm==4.70.1;
#   Python 3.11
# Who is hurt, and what to do: Those who give a rare or strong distortion a
#   small probability, or compare probabilities. Give a probability 0.05
#   lower, in steps of 0.1; there is nothing between 5 % and 15 %.
# Seen: 2026-11-30
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    Augmentor==0.2.12 pillow==13.0.0 numpy==2.4.6 tqdm==4.70.1
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - 2>&1 <<'PY' | tr '\r' '\n' | grep -v Processing
import random
from pathlib import Path

import Augmentor
import numpy as np
from PIL import Image

picture = np.tile(np.arange(16, dtype="uint8") * 16, (16, 1))
n = 6000


def pipeline(probability, *args):
    random.seed(0)
    p = Augmentor.DataPipeline(*args) if args else Augmentor.Pipeline()
    p.flip_left_right(probability=probability)
    return p


def flipped(probability):
    """The share of the pictures that a pipeline for arrays flips."""
    draw = pipeline(probability, [[picture]]).sample(n)
    return float(np.mean([np.asarray(x[0])[0, 0] > 0 for x in draw]))


for probability, seen in ((0.01, 0.05), (0.1, 0.15), (0.19, 0.15), (0.5, 0.55), (0.9, 0.95), (0.99, 0.95)):
    share = flipped(probability)
    print(f"probability {probability}: {share:.3f} of the pictures flipped")
    assert abs(share - seen) < 0.025
transform, shown = pipeline(0.1).torch_transform(), Image.fromarray(picture)
share = float(np.mean([np.asarray(transform(shown))[0, 0] > 0 for _ in range(n)]))
print(f"torch_transform, probability 0.1: {share:.3f}")
assert abs(share - 0.1) < 0.02

folder = Path("pictures").resolve()
folder.mkdir()
Image.fromarray(picture).save(folder / "one.png")
files = Augmentor.Pipeline(str(folder), str(folder / "out"))
files.flip_left_right(probability=0.01)
random.seed(0)
files.sample(1000, multi_threaded=False)
made = [np.asarray(Image.open(f))[0, 0] > 0 for f in (folder / "out").iterdir()]
print(f"files, probability 0.01: {np.mean(made):.3f} of {len(made)}")
assert len(made) == 1000 and 0.03 < np.mean(made) < 0.08
PY
