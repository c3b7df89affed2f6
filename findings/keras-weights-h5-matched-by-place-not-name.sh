#!/usr/bin/env bash
# One would guess: load_weights on a .weights.h5 file puts the weights into
#   the layers that carry the same names.
# What happens: The groups in the file are numbered by class (dense,
#   dense_1), and matching is by class and place. The layers' names are kept
#   in the file as an attribute, but they are not looked at. Two layers of
#   one shape in swapped order load crosswise without a word.
# Versions: keras 3.15.1, jax 0.10.2, jaxlib 0.10.2, numpy 2.4.6, scipy
#   1.17.1, h5py 3.14.0, ml_dtypes 0.6.0, optree 0.20.0; Python 3.11.
# Who is hurt, what to do: Those who rename or reorder layers, or count on
#   names to move an encoder to another model. Compare the names in the file
#   with those of the layers, or copy layer by layer with get_layer.
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
import h5py, numpy as np, keras
from keras import layers
def build(first, second):
    return keras.Sequential([keras.Input((2,)), layers.Dense(2, name=first), layers.Dense(2, name=second)])
a, b = build("encoder", "head"), build("head", "encoder")
a.save_weights("a.weights.h5")
b.load_weights("a.weights.h5")
kernel = lambda m, n: m.get_layer(n).get_weights()[0]
by_name = np.array_equal(kernel(a, "encoder"), kernel(b, "encoder"))
crossed = np.array_equal(kernel(a, "encoder"), kernel(b, "head"))
with h5py.File("a.weights.h5") as f:
    groups = sorted(f["layers"])
    names = [f["layers"][g]["vars"].attrs["name"] for g in groups]
print("groups:", groups, " names kept in the file:", names)
print("matched by name:", by_name, " crossed:", crossed)
assert groups == ["dense", "dense_1"] and names == ["encoder", "head"]
assert crossed and not by_name
PY
