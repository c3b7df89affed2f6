#!/usr/bin/env bash
# Guess: Two hyperparameters of one name and different ranges in a build
#   function, hp.Int('units', 32, 64) and later hp.Choice('units', [...]),
#   are two, or an error.
# Truth: The second call returns the value of the first, whatever it asks
#   for: hp.Int('units', 1, 4) gives 32, and hp.Choice('units', ['relu',
#   'tanh']) gives 32, which is not among its values. Only the first is
#   tuned. Nothing is said, though the names are documented to be unique.
# Versions: keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
#   scipy==1.17.1 h5py==3.14.0 ml_dtypes==0.6.0 optree==0.20.0
#   keras-tuner==1.4.8 six==1.17.0; Python 3.11
# Who is hurt, and what to do: Those who build layers in a loop or copy a
#   block: all layers get the first one's value, and the search space has
#   fewer dimensions than written. Put the layer's number into the name,
#   or use hp.name_scope.
# Seen: 2026-11-29
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check keras==3.15.1 jax==0.10.2 \
  jaxlib==0.10.2 numpy==2.4.6 scipy==1.17.1 h5py==3.14.0 \
  ml_dtypes==0.6.0 optree==0.20.0 keras-tuner==1.4.8 six==1.17.0
export TZ=UTC HOME="$tmp" KERAS_BACKEND=jax KERAS_HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import keras_tuner
hp = keras_tuner.HyperParameters()
got = hp.Int("units", 32, 64), hp.Int("units", 1, 4), hp.Choice("units", ["relu", "tanh"]), hp.Boolean("units")
print("values:", got, " search space:", [(p.name, type(p).__name__) for p in hp.space])
assert got == (32, 32, 32, 32)
hp = keras_tuner.HyperParameters()
def build(hp):
    return [hp.Int("n", 8, 64), hp.Int("n", 100, 200)]
print(build(hp), build(hp))
hp.values["n"] = 64
assert build(hp) == [64, 64]
with hp.name_scope("second"):
    assert hp.Int("n", 100, 200) == 100
PY
