#!/usr/bin/env bash
# Guess: SKLearnRegressor.fit(X, y, epochs=5, sample_weight=w) holds for
#   this call, as with every estimator of scikit-learn. A later fit(X, y)
#   goes back to the fit_kwargs of the constructor.
# Truth: The arguments are written into the dictionary that the
#   constructor got. Later fits use the old weights, get_params and clone
#   have them, and another estimator that was given the same dictionary
#   has them too. Where the weights are 0, it learns nothing. With fewer
#   rows the next fit raises an error about the old weights.
# Versions: keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
#   scipy==1.17.1 h5py==3.14.0 ml_dtypes==0.6.0 optree==0.20.0
#   scikit-learn==1.9.1; Python 3.11
# Who is hurt, and what to do: Those who compare settings with one
#   dictionary, or fit with weights once: results depend on what was
#   fitted before. Give dict(settings) to each estimator, and never an
#   argument to fit.
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
def build(X, y):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, kernel_initializer="zeros")])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    return model
settings = dict(epochs=20, verbose=0)
a, b = SKLearnRegressor(build, fit_kwargs=settings), SKLearnRegressor(build, fit_kwargs=settings)
a.fit(x, y)
before = a.model_.get_weights()[0].ravel()
a.fit(x, y, epochs=3, sample_weight=np.zeros(40))
b.fit(x, y)
after = b.model_.get_weights()[0].ravel()
print("weights of a before:", before, " of b after:", after)
print("the dictionary:", sorted(settings), settings["epochs"])
assert abs(before).max() > 0.5 and not after.any()
assert settings["epochs"] == 3 and "sample_weight" in a.get_params()["fit_kwargs"]
try:
    b.fit(x[:10], y[:10])
except ValueError as e:
    print("ten rows:", str(e).splitlines()[0][:90])
else:
    raise SystemExit("ten rows were taken")
PY
