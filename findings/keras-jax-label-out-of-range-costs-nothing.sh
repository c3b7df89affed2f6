#!/usr/bin/env bash
# One would guess: SparseCategoricalCrossentropy with a label outside 0 ..
#   n-1 (say labels 1 to 3 for three outputs) raises an error, as it does on
#   TensorFlow's CPU and on the NumPy backend.
# What happens: On the jax backend the label becomes a row of zeros and its
#   loss is exactly 0. fit runs, the loss looks better than it is, and the
#   network never learns the last class. Label -1 is also free of cost.
# Versions: keras 3.15.1, jax 0.10.2, jaxlib 0.10.2, numpy 2.4.6, scipy
#   1.17.1, h5py 3.14.0, ml_dtypes 0.6.0, optree 0.20.0; Python 3.11.
# Who is hurt, what to do: Those who read labels that start at 1 (from
#   MATLAB or R files), or who move a notebook to jax. Assert labels.min()
#   >= 0 and labels.max() < n before fit. To leave out labels on purpose use
#   ignore_class.
# Date seen: 2026-11-28
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6 scipy==1.17.1 \
    h5py==3.14.0 ml_dtypes==0.6.0 optree==0.20.0
KERAS_BACKEND=jax KERAS_HOME="$work" "$work/venv/bin/python" -W ignore - <<'PY'
import numpy as np, keras
from keras import layers
p = np.array([[.2, .3, .5]] * 3, dtype="float32")
each = np.asarray(keras.losses.sparse_categorical_crossentropy(np.array([3, -1, 0]), p))
print("loss of labels 3, -1, 0:", each)
assert abs(each[0]) == 0 and abs(each[1]) == 0
assert abs(each[2] + np.log(.2)) < 1e-5
# Labels 1..3 instead of 0..2: training runs, the last class is never guessed.
keras.utils.set_random_seed(0)
k = np.tile([0, 1, 2], 40)
x = np.eye(3, dtype="float32")[k]
net = keras.Sequential([keras.Input((3,)), layers.Dense(3, activation="softmax")])
net.compile(keras.optimizers.Adam(0.1), "sparse_categorical_crossentropy")
h = net.fit(x, k + 1, epochs=60, verbose=0)
guess = net.predict(np.eye(3, dtype="float32"), verbose=0).argmax(1)
print("last loss:", h.history["loss"][-1], " guesses for labels 1, 2, 3:", guess)
assert h.history["loss"][-1] < 0.1
assert guess[0] == 1 and guess[1] == 2 and guess[2] != 3
PY
