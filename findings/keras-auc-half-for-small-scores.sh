#!/usr/bin/env bash
# One would guess: AUC depends only on the order of the scores. A model that
#   ranks every positive above every negative has AUC 1 in Keras as in
#   scikit-learn, at least to within the grid's error of about 1/200.
# What happens: keras.metrics.AUC counts on a fixed grid of 200 thresholds
#   in [0, 1]. When all scores lie below 1/199, which is usual for rare
#   events, a faultless ranking has ROC AUC 0.5 and a PR AUC equal to the
#   base rate.
# Versions: keras 3.15.1, jax 0.10.2, jaxlib 0.10.2, numpy 2.4.6, scipy
#   1.17.1, h5py 3.14.0, ml_dtypes 0.6.0, optree 0.20.0, scikit-learn 1.9.1;
#   Python 3.11.
# Who is hurt, what to do: Those who watch val_auc on rare classes: early
#   stopping and checkpoints follow noise. Compute AUC with scikit-learn on
#   predict(), or give thresholds= that suit the scores.
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
from sklearn.metrics import roc_auc_score
y = np.r_[np.zeros(990), np.ones(10)]
p = np.r_[np.linspace(1e-4, 2e-3, 990), np.linspace(3e-3, 4e-3, 10)].astype("float32")
def auc(scores, **k):
    m = keras.metrics.AUC(**k)
    m.update_state(y, scores)
    return float(m.result())
roc, pr = auc(p), auc(p, curve="PR")
wide = auc(np.clip(p * 200, 0, 1))
grid = auc(p, thresholds=list(np.linspace(0, 0.01, 201)[1:-1]))
print("scikit-learn:", roc_auc_score(y, p), " Keras ROC:", roc, " PR:", pr)
print("scores times 200:", wide, " fitting thresholds:", grid)
assert roc_auc_score(y, p) == 1.0
assert abs(roc - 0.5) < 1e-6
assert abs(pr - 0.01) < 1e-4
assert wide > 0.999 and grid > 0.999
PY
