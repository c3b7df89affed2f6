#!/usr/bin/env bash
# One would guess: A model with LoRA saved to a .keras file and loaded again
#   has the same base kernel and the same adapter.
# What happens: The file holds the merged kernel. After loading,
#   lora_enabled is True, but lora_kernel_b is all zeros, lora_kernel_a is
#   drawn anew and the base is the merged kernel. Outputs agree; the adapter
#   and the old base are gone. get_weights() on the live layer gives the old
#   base and the adapter, so the two ways of keeping weights disagree.
# Versions: keras 3.15.1, jax 0.10.2, jaxlib 0.10.2, numpy 2.4.6, scipy
#   1.17.1, h5py 3.14.0, ml_dtypes 0.6.0, optree 0.20.0; Python 3.11.
# Who is hurt, what to do: Those who save one base and many small adapters,
#   or who wish to remove an adapter later. Keep lora_kernel_a and
#   lora_kernel_b in a file of your own.
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
net = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
d = net.layers[0]
base = np.array(d.kernel)
d.enable_lora(2)
d.lora_kernel_b.assign(np.ones((2, 3)))
merged = np.array(d.kernel)
net.save("lora.keras")
r = keras.saving.load_model("lora.keras").layers[0]
b_live, b_back = np.array(d.lora_kernel_b), np.array(r.lora_kernel_b)
print("lora on after load:", r.lora_enabled)
print("sum of B live:", b_live.sum(), "loaded:", b_back.sum())
assert r.lora_enabled
assert np.allclose(np.array(r.kernel), merged, atol=1e-6)      # same outputs
assert b_live.sum() == 6.0 and np.abs(b_back).sum() == 0.0     # adapter empty
assert not np.allclose(np.array(d.lora_kernel_a), np.array(r.lora_kernel_a))
assert np.array_equal(d.get_weights()[0], base)                # live: old base
assert np.allclose(r.get_weights()[0], merged, atol=1e-6)      # loaded: merged
assert not np.allclose(base, merged)
PY
