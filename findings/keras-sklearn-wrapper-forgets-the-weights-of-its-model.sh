#!/usr/bin/env bash
# Guess: SKLearnRegressor(model=m).fit(X, y), with a compiled model m that
#   is trained already, goes on from the weights of m, as warm starts and
#   fine-tuning do; only its clones start anew.
# Truth: fit makes a copy of the model with newly drawn weights, and m
#   itself is never trained. warm_start=True does not help at the first
#   fit. The layers that were frozen with learned weights are frozen with
#   random ones.
# Versions: keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
#   scipy==1.17.1 h5py==3.14.0 ml_dtypes==0.6.0 optree==0.20.0
#   scikit-learn==1.9.1; Python 3.11
# Who is hurt, and what to do: Those who put a pretrained model into a
#   scikit-learn pipeline: they train on top of random features. Give a
#   function that builds the model and loads the weights.
# Seen: 2026-11-29
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check keras==3.15.1 jax==0.10.2 \
  jaxlib==0.10.2 numpy==2.4.6 scipy==1.17.1 h5py==3.14.0 \
  ml_dtypes==0.6.0 optree==0.20.0 scikit-learn==1.9.1
export TZ=UTC HOME="$tmp" KERAS_BACKEND=jax KERAS_HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import keras, numpy as np
from keras.wrappers import SKLearnRegressor
x = np.random.default_rng(0).normal(size=(40, 2)).astype("float32")
y = x[:, 0]
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, name="trunk", trainable=False), keras.layers.Dense(1)])
model.get_layer("trunk").set_weights([np.eye(2), np.zeros(2)])
model.compile(keras.optimizers.SGD(0.0), "mse")
learned = [w.copy() for w in model.get_weights()]
for warm in (False, True):
    fitted = SKLearnRegressor(model, warm_start=warm, fit_kwargs=dict(verbose=0)).fit(x, y).model_
    trunk = fitted.get_layer("trunk")
    print("warm_start:", warm, " trunk:", trunk.get_weights()[0].round(2).tolist(), " trainable:", trunk.trainable)
    assert not trunk.trainable and not np.allclose(trunk.get_weights()[0], np.eye(2), atol=0.01)
    assert fitted is not model
def build(X, y):
    copy = keras.models.clone_model(model)
    copy.set_weights(learned)
    copy.compile(keras.optimizers.SGD(0.0), "mse")
    return copy
kept = SKLearnRegressor(build, fit_kwargs=dict(verbose=0)).fit(x, y).model_
assert all(np.array_equal(a, b) for a, b in zip(kept.get_weights(), learned))
PY
