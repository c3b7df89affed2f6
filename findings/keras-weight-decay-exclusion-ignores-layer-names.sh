#!/usr/bin/env bash
# One would guess: exclude_from_weight_decay(var_names=['norm']) leaves out
#   the variables of the layer named 'norm', whose path is 'norm/gamma'.
# What happens: Only the variable's own short name (gamma, beta, kernel,
#   bias) is searched, not its path. A layer's name never matches, nothing
#   is left out, and there is no warning. The same words in a path look
#   right in model.summary.
# Versions: keras 3.15.1, jax 0.10.2, jaxlib 0.10.2, numpy 2.4.6, scipy
#   1.17.1, h5py 3.14.0, ml_dtypes 0.6.0, optree 0.20.0; Python 3.11.
# Who is hurt, what to do: Those who carry the usual rule 'no decay for norm
#   layers' over from other libraries. Use var_names=['gamma', 'beta',
#   'bias'], or pass the variables by var_list, and test with a step of zero
#   gradient.
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
from keras import layers, ops
def step(**exclude):
    net = keras.Sequential([keras.Input((2,)), layers.LayerNormalization(name="norm"), layers.Dense(2, name="head")])
    opt = keras.optimizers.SGD(0.1, weight_decay=0.5)
    opt.exclude_from_weight_decay(**(exclude or dict(var_list=net.get_layer("norm").trainable_weights)))
    opt.build(net.trainable_variables)
    opt.apply([ops.zeros(v.shape) for v in net.trainable_variables])
    return net.trainable_variables[0].path, net.get_layer("norm").get_weights()[0]
path, by_layer = step(var_names=["norm"])
_, by_var = step(var_names=["gamma", "beta"])
_, by_list = step()
print("path:", path)
print("gamma after one step, excluded by layer name:", by_layer, " by variable name:", by_var, " by list:", by_list)
assert "norm/gamma" in path
assert np.allclose(by_layer, 0.95)                 # decayed all the same
assert np.array_equal(by_var, np.ones(2)) and np.array_equal(by_list, np.ones(2))
PY
