#!/usr/bin/env bash
# One would guess: After clone_model and set_weights, the clone holds the
#   same weights, so it computes the same as the original.
# What happens: An adapted Normalization layer in the clone has equal
#   weights but passes its input through unchanged. The mean and variance it
#   uses are rebuilt only by adapt, load_weights or finalize_state, not by
#   set_weights. There is no warning.
# Versions: keras 3.15.1, jax 0.10.2, jaxlib 0.10.2, numpy 2.4.6, scipy
#   1.17.1, h5py 3.14.0, ml_dtypes 0.6.0, optree 0.20.0; Python 3.11.
# Who is hurt, what to do: Anyone who copies a network for an ensemble, a
#   target network or a best-weights snapshot. Call finalize_state() on each
#   Normalization layer after set_weights, or copy through save_weights and
#   load_weights.
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
net = keras.Sequential([keras.Input((2,)), layers.Normalization()])
net.layers[0].adapt(np.array([[1., 2.], [3., 6.]]))
copy = keras.models.clone_model(net)
copy.set_weights(net.get_weights())
x = np.array([[3., 6.]], dtype="float32")
a, b = net.predict(x, verbose=0), copy.predict(x, verbose=0)
same = all(np.array_equal(p, q) for p, q in zip(net.get_weights(), copy.get_weights()))
print("weights equal:", same)
print("original:", a, "clone:", b)
copy.layers[0].finalize_state()
c = np.asarray(copy(x))
print("clone after finalize_state:", c)
assert same and len(net.get_weights()) == 3
assert np.allclose(a, [[1., 1.]], atol=1e-5)
assert np.array_equal(b, x)
assert np.allclose(c, a, atol=1e-5)
PY
