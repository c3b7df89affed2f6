#!/usr/bin/env bash
# Guess: fit(class_weight={0: 10, 1: 1}) for targets with several labels a
#   row (multi-hot, sigmoid outputs) weights each label's part of the
#   loss, or is refused.
# Truth: Each row gets one weight, that of its argmax: the first label
#   that it has. A row with the labels 0 and 1 counts as 0, and a row with
#   no label at all counts as class 0 too. The weight then holds for the
#   whole row. There is no warning.
# Versions: keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
#   scipy==1.17.1 h5py==3.14.0 ml_dtypes==0.6.0 optree==0.20.0; Python
#   3.11
# Who is hurt, and what to do: Those who balance rare labels in tagging or
#   medical images: the weights of the later labels are mostly ignored,
#   and empty rows get the weight of the first. Write the weights into the
#   loss.
# Seen: 2026-11-29
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check keras==3.15.1 jax==0.10.2 \
  jaxlib==0.10.2 numpy==2.4.6 scipy==1.17.1 h5py==3.14.0 \
  ml_dtypes==0.6.0 optree==0.20.0
export TZ=UTC HOME="$tmp" KERAS_BACKEND=jax KERAS_HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import keras, numpy as np
x = np.ones((1, 1), "float32")
def factor(labels, weights):
    losses = []
    for w in (None, weights):
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(2, "sigmoid", kernel_initializer="zeros")])
        model.compile(keras.optimizers.SGD(0.0), "binary_crossentropy")
        losses.append(model.fit(x, np.array([labels], "float32"), class_weight=w, verbose=0).history["loss"][0])
    return round(losses[1] / losses[0], 3)
got = {labels: (factor(labels, {0: 10.0, 1: 1.0}), factor(labels, {0: 1.0, 1: 10.0}))
       for labels in ((1, 0), (0, 1), (1, 1), (0, 0))}
for labels, factors in got.items():
    print("labels", labels, " loss times, with {0: 10}:", factors[0], " with {1: 10}:", factors[1])
assert got == {(1, 0): (10, 1), (0, 1): (1, 10), (1, 1): (10, 1), (0, 0): (10, 1)}
PY
