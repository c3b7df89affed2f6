#!/usr/bin/env bash
# One would guess: keras.utils.set_random_seed makes a run repeatable.
#   tf.image.random_flip_left_right in Dataset.map still draws anew in each
#   epoch, as it does without a seed.
# What happens: With the global seed set, the random ops inside map start
#   from the same state each time the dataset is iterated. Each epoch gets
#   exactly the same flips for each element, so there is one fixed augmented
#   copy. Without the seed the epochs differ. A Keras RandomFlip layer
#   inside map goes on drawing anew.
# Versions: keras 3.15.1, tensorflow-cpu 2.21.0, numpy 2.4.6, h5py 3.14.0,
#   ml_dtypes 0.6.0, protobuf 7.36.2, optree 0.20.0; Python 3.11.
# Who is hurt, what to do: Those who seed for reproducibility: augmentation
#   no longer adds variety. Use a Keras layer in map, or stateless ops with
#   a seed that goes on counting from epoch to epoch.
# Date seen: 2026-11-28
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    keras==3.15.1 tensorflow-cpu==2.21.0 numpy==2.4.6 h5py==3.14.0 \
    ml_dtypes==0.6.0 protobuf==7.36.2 optree==0.20.0
KERAS_BACKEND=tensorflow TF_CPP_MIN_LOG_LEVEL=3 KERAS_HOME="$work" "$work/venv/bin/python" -W ignore - <<'PY'
import numpy as np, tensorflow as tf, keras
img = tf.reshape(tf.range(3, dtype=tf.float32), (1, 3, 1))
base = tf.data.Dataset.from_tensors(img).repeat(64)
epoch = lambda ds: [float(z[0, 0, 0]) for z in ds]
free = base.map(tf.image.random_flip_left_right)
free_same = epoch(free) == epoch(free)
keras.utils.set_random_seed(1)
seeded = base.map(tf.image.random_flip_left_right)
e1, e2, e3 = epoch(seeded), epoch(seeded), epoch(seeded)
flip = keras.layers.RandomFlip("horizontal", seed=1)
layer = base.map(lambda z: flip(z, training=True))
l1, l2 = epoch(layer), epoch(layer)
print("unseeded epochs equal:", free_same)
print("seeded epochs equal:  ", e1 == e2 == e3, " flipped:", np.mean(np.array(e1) == 2))
print("layer epochs equal:   ", l1 == l2)
assert not free_same
assert e1 == e2 == e3 and set(e1) == {0.0, 2.0}
assert l1 != l2
PY
