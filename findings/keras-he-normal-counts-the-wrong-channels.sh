#!/usr/bin/env bash
# Guess: kernel_initializer='he_normal' draws with variance 2 / n, where n
#   is the number of inputs that one output sums up, in every layer of
#   convolution. Layers that halve the signal power by ReLU keep it on the
#   way.
# Truth: It reads n off the shape of the kernel, as height times width times
#   the last axis but one. In DepthwiseConv2D that axis has all the input
#   channels, though each output sees one: with 64 channels the weights are
#   8 times too small, and the variance of the signal shrinks by 64 with
#   each layer. In Conv2DTranspose it has the output channels: from 64
#   channels to 1 the weights are 8 times too large. Conv2D is right, with
#   groups too. The other initialisers that scale do the same.
# Versions: keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
#   scipy==1.17.1 h5py==3.14.0 ml_dtypes==0.6.0 optree==0.20.0; Python 3.11
# Who is hurt, and what to do: Those who build a network of depthwise
#   convolutions or a decoder without normalisation between the layers. Give
#   VarianceScaling with the scale corrected, or check the variance of the
#   outputs before training.
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

keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(2, 10, 10, 64)).astype("float32")
layers = {
    "Conv2D": (keras.layers.Conv2D(64, 3, kernel_initializer="he_normal"), 9 * 64),
    "Conv2D, 8 groups": (keras.layers.Conv2D(64, 3, groups=8, kernel_initializer="he_normal"), 9 * 8),
    "DepthwiseConv2D": (keras.layers.DepthwiseConv2D(3, depthwise_initializer="he_normal"), 9),
    "Conv2DTranspose": (keras.layers.Conv2DTranspose(1, 3, kernel_initializer="he_normal"), 9 * 64),
}
ratio, signal = {}, {}
for name, (layer, inputs) in layers.items():
    out = np.asarray(layer(x))
    inner = out[:, 2:-2, 2:-2]
    ratio[name] = float(np.std(layer.get_weights()[0]) / np.sqrt(2 / inputs))
    signal[name] = float(inner.var())
    print(f"{name:18} weights {ratio[name]:.2f} of what is due, variance of the outputs {signal[name]:.3f} (2 is due)")
for name in ("Conv2D", "Conv2D, 8 groups"):
    assert abs(ratio[name] - 1) < 0.1 and 1.5 < signal[name] < 2.5
assert abs(ratio["DepthwiseConv2D"] * 8 - 1) < 0.15 and abs(ratio["Conv2DTranspose"] / 8 - 1) < 0.15
assert signal["DepthwiseConv2D"] < 0.05 and signal["Conv2DTranspose"] > 80
PY
