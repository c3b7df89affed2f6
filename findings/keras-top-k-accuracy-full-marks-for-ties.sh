#!/usr/bin/env bash
# One would guess: A model that gives each of n classes the same score has a
#   top-1 accuracy of about 1/n, and top-k accuracy with k=1 equals plain
#   accuracy.
# What happens: The top-k metrics count a true class as found when fewer
#   than k classes score strictly higher. All ties count as right: a
#   constant model has top-1 = 1.0 while plain accuracy is 0.25; on the jax
#   backend rows of NaN also score 1.0. scikit-learn breaks the ties and
#   gives 0.25.
# Versions: keras 3.15.1, jax 0.10.2, jaxlib 0.10.2, numpy 2.4.6, scipy
#   1.17.1, h5py 3.14.0, ml_dtypes 0.6.0, optree 0.20.0, scikit-learn 1.9.1;
#   Python 3.11.
# Who is hurt, what to do: A dead network (all-zero logits, saturated
#   softmax, NaN after divergence) reports perfect top-k accuracy. Watch the
#   plain accuracy and the loss next to it.
# Date seen: 2026-11-28
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6 scipy==1.17.1 \
    h5py==3.14.0 ml_dtypes==0.6.0 optree==0.20.0 scikit-learn==1.9.1
KERAS_BACKEND=jax KERAS_HOME="$work" "$work/venv/bin/python" -W ignore - <<'PY'
import numpy as np, keras
from sklearn.metrics import top_k_accuracy_score
y = np.array([0, 1, 2, 3])
flat = np.full((4, 4), 0.25, dtype="float32")
def score(m, p):
    m.update_state(y, p)
    return float(m.result())
top1 = score(keras.metrics.SparseTopKCategoricalAccuracy(k=1), flat)
plain = score(keras.metrics.SparseCategoricalAccuracy(), flat)
hot = keras.metrics.TopKCategoricalAccuracy(k=1)
hot.update_state(np.eye(4), flat)
nan = score(keras.metrics.SparseTopKCategoricalAccuracy(k=1), flat * np.nan)
sk = top_k_accuracy_score(y, flat, k=1)
print("Keras top-1:", top1, float(hot.result()), " plain:", plain, " NaN rows:", nan, " scikit-learn top-1:", sk)
assert top1 == 1.0 and float(hot.result()) == 1.0 and nan == 1.0
assert plain == 0.25 and sk == 0.25
PY
