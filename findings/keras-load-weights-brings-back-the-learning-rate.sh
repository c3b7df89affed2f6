#!/usr/bin/env bash
# Guess: model.load_weights() on a .weights.h5 file (ModelCheckpoint with
#   save_weights_only=True) sets the weights of the layers. A learning rate
#   that was lowered since stays lowered, and so does that of a model
#   compiled anew with another one.
# Truth: The file holds the state of the optimiser too, with the learning
#   rate among its variables. Where the optimiser has been built, as it is
#   once the model has been trained, load_weights puts back the old rate,
#   the moments and the count of steps. Where it has not been built, the
#   rate stays, and a warning says that its variables were skipped.
#   set_weights(get_weights()) touches none of it.
# Versions: keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
#   scipy==1.17.1 h5py==3.14.0 ml_dtypes==0.6.0 optree==0.20.0; Python 3.11
# Who is hurt, and what to do: Those who go back to the best weights and go
#   on with a smaller rate, as for fine-tuning: it is the old rate again.
#   Set optimizer.learning_rate after load_weights, or compile the model
#   again after it.
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


def compiled(rate):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(rate), "mse")
    return model


def state(model):
    return round(float(model.optimizer.learning_rate), 8), int(model.optimizer.iterations)


model = compiled(1e-3)
keep = keras.callbacks.ModelCheckpoint("best.weights.h5", save_weights_only=True, monitor="loss", save_best_only=True)
model.fit(x, x, epochs=1, verbose=0, callbacks=[keep])
model.optimizer.learning_rate = 1e-5
model.fit(x, x, epochs=1, verbose=0)
before = state(model)
model.load_weights("best.weights.h5")
print("rate and steps before and after load_weights:", before, state(model))
assert before == (1e-5, 4) and state(model) == (1e-3, 2)
trained, fresh = compiled(1e-5), compiled(1e-5)
trained.fit(x, x, verbose=0)
for other in (trained, fresh):
    other.load_weights("best.weights.h5")
print("compiled with 1e-5 and trained:", state(trained), " not yet trained:", state(fresh))
assert state(trained) == (1e-3, 2) and state(fresh) == (1e-5, 0)
PY
