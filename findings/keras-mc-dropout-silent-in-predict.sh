#!/usr/bin/env bash
# One would guess: Dropout called with training=True in a functional model
#   stays on everywhere, so repeated model.predict gives Monte Carlo
#   samples.
# What happens: In predict (and in evaluate) the model's own training=False
#   wins over the argument fixed at build time, and nothing is dropped: the
#   spread of the samples is exactly 0. A direct call model(x) does drop. A
#   subclassed model that fixes training=True in call() drops in both.
# Versions: keras 3.15.1, jax 0.10.2, jaxlib 0.10.2, numpy 2.4.6, scipy
#   1.17.1, h5py 3.14.0, ml_dtypes 0.6.0, optree 0.20.0; Python 3.11.
# Who is hurt, what to do: Those who teach or use Monte Carlo dropout: the
#   uncertainty reported is zero. Sample with model(x, training=True), or
#   fix the flag in a subclass, and check that the spread is not zero.
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
i = keras.Input((64,))
net = keras.Model(i, layers.Dropout(0.5, seed=1)(i, training=True))
x = np.ones((4, 64), dtype="float32")
by_predict = np.stack([net.predict(x, verbose=0) for _ in range(5)])
by_call = np.stack([np.asarray(net(x)) for _ in range(5)])

class Sub(keras.Model):
    def __init__(self):
        super().__init__()
        self.drop = layers.Dropout(0.5, seed=1)
    def call(self, x):
        return self.drop(x, training=True)

sub = Sub()
by_sub = np.stack([sub.predict(x, verbose=0) for _ in range(5)])
for name, s in ("functional predict", by_predict), ("functional call", by_call), ("subclass predict", by_sub):
    print(name, "share of zeros:", (s == 0).mean(), "spread:", s.std(0).mean())
assert np.array_equal(by_predict, np.ones((5, 4, 64)))
assert 0.3 < (by_call == 0).mean() < 0.7 and by_call.std(0).mean() > 0.5
assert 0.3 < (by_sub == 0).mean() < 0.7 and by_sub.std(0).mean() > 0.5
PY
