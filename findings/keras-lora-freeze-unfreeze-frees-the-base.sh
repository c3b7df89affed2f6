#!/usr/bin/env bash
# One would guess: enable_lora freezes the base kernel. Setting trainable =
#   False and then True on the model later brings back just that state: only
#   the bias and the two LoRA matrices train.
# What happens: Setting trainable to True makes every variable trainable
#   again, also the base kernel that LoRA had frozen. Training then changes
#   the full kernel next to the adapter.
# Versions: keras 3.15.1, jax 0.10.2, jaxlib 0.10.2, numpy 2.4.6, scipy
#   1.17.1, h5py 3.14.0, ml_dtypes 0.6.0, optree 0.20.0; Python 3.11.
# Who is hurt, what to do: Those who fine-tune in stages. The count of
#   trainable weights grows to more than without LoRA, and the base is no
#   longer shared between adapters. Look at trainable_weights after each
#   change; freeze the base kernel's variable again by hand.
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
net.layers[0].enable_lora(2)
names = lambda: [w.name for w in net.trainable_weights]
before = names()
net.trainable = False
frozen = names()
net.trainable = True
after = names()
print("after enable_lora:", before, "\nfrozen:", frozen, "\nunfrozen:", after)
base = np.array(net.layers[0]._kernel)
net.compile(keras.optimizers.SGD(0.1), "mse")
x = np.ones((8, 4), dtype="float32")
net.fit(x, np.full((8, 3), 5.0), verbose=0)
moved = np.abs(np.array(net.layers[0]._kernel) - base).max()
print("base kernel moved by", moved)
assert before == ["bias", "lora_kernel_a", "lora_kernel_b"]
assert frozen == []
assert after == ["kernel", "bias", "lora_kernel_a", "lora_kernel_b"]
assert moved > 1e-3
PY
