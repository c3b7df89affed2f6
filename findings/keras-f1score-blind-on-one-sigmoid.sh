#!/usr/bin/env bash
# One would guess: keras.metrics.F1Score() on the single sigmoid output of a
#   binary classifier uses a threshold of 0.5, like BinaryAccuracy,
#   Precision and Recall.
# What happens: The default threshold None means: take the largest column as
#   positive. With one column that is every row. Save for outputs of exactly
#   0, the result does not depend on the predictions; it is 2r / (1 + r) for
#   a share r of positives.
# Versions: keras 3.15.1, jax 0.10.2, jaxlib 0.10.2, numpy 2.4.6, scipy
#   1.17.1, h5py 3.14.0, ml_dtypes 0.6.0, optree 0.20.0; Python 3.11.
# Who is hurt, what to do: Those who add F1Score() to a binary model: the
#   curve is flat, and for a frequent class it looks good. Give
#   threshold=0.5.
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
def f1(y, p, **k):
    m = keras.metrics.F1Score(**k)
    m.update_state(y, p)
    return float(np.asarray(m.result())[0])
y = np.array([[1.], [1.], [1.], [0.]])
good = np.array([[.9], [.8], [.7], [.1]])
print("default, all right:", f1(y, good), " default, all wrong:", f1(y, 1 - good))
print("0.5, all right:", f1(y, good, threshold=.5), " 0.5, all wrong:", f1(y, 1 - good, threshold=.5))
r = y.mean()
assert abs(f1(y, good) - 2 * r / (1 + r)) < 1e-5
assert f1(y, good) == f1(y, 1 - good) == f1(y, np.full((4, 1), .01))
assert abs(f1(y, good, threshold=.5) - 1) < 1e-5
assert f1(y, 1 - good, threshold=.5) < 1e-5
PY
