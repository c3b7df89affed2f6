#!/usr/bin/env bash
# Guess: keras.layers.MixUp on {'images': x, 'labels': y} takes labels of 0
#   and 1 of shape (n,) and gives n labels back, each mixed in the
#   proportion of its image; or it refuses labels that are not one-hot.
# Truth: The proportions have shape (n, 1), and the labels are multiplied by
#   them as they are: out come n by n numbers, each label mixed in every
#   proportion. Labels that are whole numbers of classes are mixed as
#   numbers, so class 1 and class 7 make class 4. There is no error. Labels
#   of shape (n, 1) and one-hot labels are right. CutMix does the same.
# Versions: keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
#   scipy==1.17.1 h5py==3.14.0 ml_dtypes==0.6.0 optree==0.20.0; Python 3.11
# Who is hurt, and what to do: Those who mix images of two classes, or whose
#   labels are class numbers. Use one-hot labels, or y[:, None] for two
#   classes, and look at the shape that comes back.
# Seen: 2026-11-29
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6 scipy==1.17.1 h5py==3.14.0 \
    ml_dtypes==0.6.0 optree==0.20.0
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH" KERAS_BACKEND=jax KERAS_HOME="$tmp"
cd "$tmp"
python -W ignore - <<'PY'
import keras
import numpy as np

n = 8
x = np.ones((n, 4, 4, 3), "float32") * np.arange(n)[:, None, None, None]
y = np.arange(n) % 2


def mixed(layer, labels):
    out = layer(seed=1)({"images": x, "labels": labels}, training=True)
    return np.asarray(out["labels"]), np.asarray(out["images"])[:, 0, 0, 0]


for layer in (keras.layers.MixUp, keras.layers.CutMix):
    labels, _ = mixed(layer, y.astype("float32"))
    print(layer.__name__, "labels of shape (8,) come back as", labels.shape)
    assert labels.shape == (n, n)
column, _ = mixed(keras.layers.MixUp, y[:, None].astype("float32"))
assert column.shape == (n, 1)
numbers, images = mixed(keras.layers.MixUp, np.arange(n)[:, None])
one_hot, _ = mixed(keras.layers.MixUp, np.eye(n, dtype="float32"))
print("class numbers (8, 1) are mixed as numbers:", numbers[:, 0].round(2))
assert np.allclose(numbers[:, 0], images, atol=1e-3) and np.any(numbers % 1 > 0.05)
assert one_hot.shape == (n, n) and np.allclose(one_hot.sum(axis=1), 1, atol=1e-3)
assert np.allclose(one_hot @ np.arange(n), images, atol=1e-3)
PY
