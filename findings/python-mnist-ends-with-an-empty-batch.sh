#!/usr/bin/env bash
# Guess: MNIST.load_training_in_batches(100) of python-mnist gives the
#   60,000 images of MNIST in 600 batches, all of 100.
# Truth: Where the batch size divides the number of images, as 100 divides
#   60,000, there is one more batch, of no images. A batch size above the
#   number of images gives all of them and then an empty one too. Where it
#   does not divide, the batches are right. There is no error here.
# Versions: python-mnist==0.7; Python 3.11
# Who is hurt, and what to do: Those who average a loss or an accuracy over
#   batches: the mean of no values is NaN, and a training step on it can
#   make the weights NaN. Skip batches without labels.
# Seen: 2026-11-30
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    python-mnist==0.7
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
from mnist import MNIST, img_packer, label_packer

img_packer(".", "train-images-idx3-ubyte", [[i] * 4 for i in range(60)], rows=2, cols=2)
label_packer(".", "train-labels-idx1-ubyte", list(range(60)))
sizes = {n: [len(labels) for _, labels in MNIST(".").load_training_in_batches(n)] for n in (20, 25, 60, 100)}
print("60 images, by batch size:", sizes)
assert sizes == {20: [20, 20, 20, 0], 25: [25, 25, 10], 60: [60, 0], 100: [60, 0]}
PY
