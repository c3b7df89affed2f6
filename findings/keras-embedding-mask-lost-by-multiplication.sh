#!/usr/bin/env bash
# One would guess: Scaling an embedding, as in x = embedding(ids) * 2, keeps
#   the padding mask of Embedding(mask_zero=True); or else Keras warns, as
#   it does when a layer drops a mask.
# What happens: A Python operator or a keras.ops function drops the mask in
#   silence. Pooling after it averages the padding too. The same scaling by
#   a Rescaling layer keeps the mask.
# Versions: keras 3.15.1, jax 0.10.2, jaxlib 0.10.2, numpy 2.4.6, scipy
#   1.17.1, h5py 3.14.0, ml_dtypes 0.6.0, optree 0.20.0; Python 3.11.
# Who is hurt, what to do: Those who write Transformers with the usual
#   scaling by the square root of the width: pooling, attention and losses
#   then see padding. Scale with layers.Rescaling, or pass the mask by hand.
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
import warnings
import numpy as np, keras
from keras import layers
table = np.array([[100.], [1.], [2.], [3.]], dtype="float32")  # row 0 is padding
ids = np.array([[1, 3, 0]])
def run(scale):
    i = keras.Input((3,), dtype="int32")
    e = layers.Embedding(4, 1, mask_zero=True)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        net = keras.Model(i, layers.GlobalAveragePooling1D()(scale(e(i))))
        e.set_weights([table])
        out = float(net.predict(ids, verbose=0)[0, 0])
    said = [w for w in seen if "mask" in str(w.message)]
    return round(out, 4), len(said)
plain = run(lambda x: x)
oper = run(lambda x: x * 2.0)
ops_ = run(lambda x: keras.ops.multiply(x, 2.0))
layer = run(lambda x: layers.Rescaling(2.0)(x))
print("no scaling ", plain, "\noperator * ", oper, "\nkeras.ops  ", ops_, "\nRescaling  ", layer)
assert plain == (2.0, 0) and layer == (4.0, 0)
assert oper == (69.3333, 0) and ops_ == (69.3333, 0)   # (2 + 6 + 200) / 3
PY
