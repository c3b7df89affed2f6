#!/usr/bin/env bash
# One would guess: At inference RandomCrop(height, width) gives a crop or
#   resize of the asked size, as its documentation says and as the model's
#   output_shape shows.
# What happens: In predict and evaluate the layer hands on the whole image
#   untouched. The model says (None, 2, 2, 1), predict gives (1, 4, 4, 1).
#   In training it crops. A global pooling head hides the change of size.
# Versions: keras 3.15.1, jax 0.10.2, jaxlib 0.10.2, numpy 2.4.6, scipy
#   1.17.1, h5py 3.14.0, ml_dtypes 0.6.0, optree 0.20.0; Python 3.11.
# Who is hurt, what to do: Those who put the crop inside the model: training
#   and validation see images of other sizes and scale. Add an explicit
#   CenterCrop or Resizing for inference, or crop in the data pipeline.
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
i = keras.Input((4, 4, 1))
net = keras.Model(i, layers.RandomCrop(2, 2, seed=1)(i))
x = np.arange(16, dtype="float32").reshape(1, 4, 4, 1)
train = np.asarray(net(x, training=True))
infer = net.predict(x, verbose=0)
print("declared:", net.output_shape)
print("training:", train.shape, "predict:", infer.shape)
assert net.output_shape == (None, 2, 2, 1)
assert train.shape == (1, 2, 2, 1)
assert infer.shape == (1, 4, 4, 1) and np.array_equal(infer, x)
# A pooling head makes no complaint about the other size.
head = keras.Model(i, layers.GlobalAveragePooling2D()(net(i)))
print("pooled at inference:", head.predict(x, verbose=0))
assert np.allclose(head.predict(x, verbose=0), x.mean())
PY
