#!/usr/bin/env bash
# Guess: compile(metrics=[keras.metrics.PearsonCorrelation()]) of a
#   regression with one output gives the correlation of targets and
#   predictions over the examples, as R2Score does: 1 for faultless
#   predictions.
# Truth: The correlation is taken along the last axis, within each row, and
#   averaged. A row of one number has none: PearsonCorrelation is NaN and
#   ConcordanceCorrelation 0, faultless predictions or not. With two outputs
#   each row has +1 or -1, however small the difference. There is no
#   warning. With axis=0 it is over the examples, one batch at a time.
# Versions: keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
#   scipy==1.17.1 h5py==3.14.0 ml_dtypes==0.6.0 optree==0.20.0; Python 3.11
# Who is hurt, and what to do: Those who watch val_pearson_correlation, stop
#   early by it or report it. Give axis=0 and one batch, or compute it with
#   NumPy on predict().
# Seen: 2026-11-29
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6 scipy==1.17.1 h5py==3.14.0 \
    ml_dtypes==0.6.0 optree==0.20.0
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH" KERAS_BACKEND=jax KERAS_HOME="$tmp"
cd "$tmp"
python -W ignore - <<'PY'
import keras
import numpy as np

x = np.random.default_rng(0).normal(size=(64, 1)).astype("float32")


def evaluate(y, outputs=1, **options):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(outputs)])
    model.layers[0].set_weights([np.full((1, outputs), 2.0), np.arange(outputs) + 1.0])
    metrics = [keras.metrics.PearsonCorrelation(**options), keras.metrics.ConcordanceCorrelation(**options), "r2_score"]
    model.compile(loss="mse", metrics=metrics)
    return model.evaluate(x, y, batch_size=64, verbose=0, return_dict=True)


right = evaluate(2 * x + 1)
print("one output, faultless:", right)
assert right["r2_score"] == 1.0 and right["loss"] == 0.0
assert np.isnan(right["pearson_correlation"]) and right["concordance_correlation"] == 0.0
near = np.hstack([2 * x + 1, 2 * x + 2 + np.where(x > 0, -1.001, -0.999)])
two = evaluate(near, outputs=2)
print("two outputs, about half of the signs right:", two, " share x <= 0:", np.mean(x <= 0))
assert abs(two["pearson_correlation"] - (2 * np.mean(x <= 0) - 1)) < 0.01
over_rows = evaluate(2 * x + 1, axis=0)
print("axis=0:", over_rows)
assert over_rows["pearson_correlation"] > 0.999 and over_rows["concordance_correlation"] > 0.999
PY
