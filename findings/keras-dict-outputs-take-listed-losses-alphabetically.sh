#!/usr/bin/env bash
# One would guess: For a model with outputs={'z': ..., 'a': ...},
#   compile(loss=['mse', 'mae']) gives 'mse' to z and 'mae' to a: the order
#   in which the outputs were written.
# What happens: Dictionaries are flattened by sorted key. The first loss
#   goes to 'a', the second to 'z', without a word. A list of outputs keeps
#   its order.
# Versions: keras 3.15.1, jax 0.10.2, jaxlib 0.10.2, numpy 2.4.6, scipy
#   1.17.1, h5py 3.14.0, ml_dtypes 0.6.0, optree 0.20.0; Python 3.11.
# Who is hurt, what to do: Those with several heads whose losses fit either
#   output. Give the losses as a dictionary as soon as the outputs are one.
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
def run(as_dict):
    i = keras.Input((1,))
    z = layers.Dense(1, name="z", kernel_initializer="zeros")(i)
    a = layers.Dense(1, name="a", kernel_initializer="ones")(i)
    net = keras.Model(i, {"z": z, "a": a} if as_dict else [z, a])
    net.compile(loss=["mse", "mae"])
    x = np.ones((2, 1), dtype="float32")
    y = {"z": 3 * x, "a": 5 * x} if as_dict else [3 * x, 5 * x]
    r = net.evaluate(x, y, verbose=0, return_dict=True)
    return r["z_loss"], r["a_loss"]
d, l = run(True), run(False)
print("(z, a) losses: dictionary", d, " list", l)
# z is off by 3 and a is off by 4.
assert l == (9.0, 4.0)     # mse on z, mae on a
assert d == (3.0, 16.0)    # mae on z, mse on a
PY
