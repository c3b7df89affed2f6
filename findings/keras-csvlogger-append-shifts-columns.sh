#!/usr/bin/env bash
# One would guess: CSVLogger(append=True) writes a resumed run under the
#   header that is in the file: values go to the columns of their names, or
#   an error tells that the columns changed.
# What happens: The header is not read. Each fit sorts its own log names and
#   writes the values in that order. When a metric changes from 'mae' to
#   'accuracy', accuracy lands under 'loss' and the loss under 'mae'. The
#   number of columns is the same, so pandas reads it without complaint.
# Versions: keras 3.15.1, jax 0.10.2, jaxlib 0.10.2, numpy 2.4.6, scipy
#   1.17.1, h5py 3.14.0, ml_dtypes 0.6.0, optree 0.20.0, pandas 3.1.1;
#   Python 3.11.
# Who is hurt, what to do: Those who plot or rank runs from appended logs:
#   an accuracy of 1 reads as a loss of 1. Use a new file for each set of
#   metrics; compare the header before appending.
# Date seen: 2026-11-28
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6 scipy==1.17.1 \
    h5py==3.14.0 ml_dtypes==0.6.0 optree==0.20.0 pandas==3.1.1
KERAS_BACKEND=jax KERAS_HOME="$work" "$work/venv/bin/python" -W ignore - <<'PY'
import numpy as np, pandas as pd, keras
from keras import layers
x = np.ones((4, 1), dtype="float32")
net = keras.Sequential([keras.Input((1,)), layers.Dense(1, kernel_initializer="zeros")])
hist = []
for metric in "mae", "accuracy":
    net.compile(keras.optimizers.SGD(0.0), "mse", metrics=[metric])
    log = keras.callbacks.CSVLogger("run.csv", append=True)
    hist.append(net.fit(x, 3 * x, epochs=1, verbose=0, callbacks=[log]).history)
df = pd.read_csv("run.csv")
print(hist, df[["epoch", "loss", "mae"]], sep="\n")
assert hist[0]["loss"] == [9.0] and hist[0]["mae"] == [3.0]
assert hist[1]["loss"] == [9.0] and hist[1]["accuracy"] == [0.0]
assert df["loss"].tolist() == [9.0, 0.0]    # second value is the accuracy
assert df["mae"].tolist() == [3.0, 9.0]     # second value is the loss
PY
