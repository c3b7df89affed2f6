#!/usr/bin/env bash
# Guess: One function given to compile as loss and as metric gives the same
#   number twice. Targets of shape (n,) fit predictions of shape (n, 1), as
#   with every loss and metric of Keras.
# Truth: Keras brings both to one rank before it calls a loss function, its
#   own or yours, but not before it calls your metric function. There y_true
#   - y_pred is a matrix of n by n. A faultless model has a loss of 0 and,
#   by the same function as a metric, twice the variance of the targets.
#   Nothing is said. Targets of shape (n, 1) are right in both.
# Versions: keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
#   scipy==1.17.1 h5py==3.14.0 ml_dtypes==0.6.0 optree==0.20.0; Python 3.11
# Who is hurt, and what to do: Those who write a metric function of their
#   own for a column of targets. Reshape the targets to (n, 1), or test the
#   function on predictions that are faultless.
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


def squared(y_true, y_pred):
    return keras.ops.mean(keras.ops.square(y_true - y_pred))


x = np.random.default_rng(0).normal(size=(64, 1)).astype("float32")
y = 2 * x[:, 0] + 1
model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
model.layers[0].set_weights([np.array([[2.0]]), np.array([1.0])])
model.compile(loss=squared, metrics=[squared, "mse"])
flat = model.evaluate(x, y, batch_size=64, verbose=0, return_dict=True)
column = model.evaluate(x, y[:, None], batch_size=64, verbose=0, return_dict=True)
print("targets (64,):", flat, " twice their variance:", 2 * y.var())
print("targets (64, 1):", column)
assert flat["loss"] == 0.0 and flat["mse"] == 0.0
assert abs(flat["squared"] - 2 * y.var()) < 1e-3
assert column["loss"] == column["squared"] == 0.0
PY
