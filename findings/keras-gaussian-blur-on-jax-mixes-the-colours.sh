#!/usr/bin/env bash
# Guess: keras.ops.image.gaussian_blur(images) takes images as
#   keras.config.image_data_format() says, channels last as Keras is
#   installed, and blurs along height and width. It gives the same on every
#   backend.
# Truth: With data_format left out, the jax backend takes the images as
#   channels first: it blurs along the width and the channels, and not along
#   the height. A plain red picture comes out as (0.45, 0.27, 0), and a
#   white one of one channel at 0.45 of its brightness. The numpy backend is
#   right, and so is jax with data_format="channels_last", or in a
#   functional model. The other operations on images that were tried heed
#   the setting.
# Versions: keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
#   scipy==1.17.1 h5py==3.14.0 ml_dtypes==0.6.0 optree==0.20.0; Python 3.11
# Who is hurt, and what to do: Those who blur pictures by hand before or
#   after a model, to see what it makes of a blurred input. Give
#   data_format, and look at a picture of one colour.
# Seen: 2026-11-30
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6 scipy==1.17.1 h5py==3.14.0 \
    ml_dtypes==0.6.0 optree==0.20.0
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH" KERAS_HOME="$tmp"
cd "$tmp"
python -W ignore - <<'PY'
import os, subprocess, sys
code = """
import numpy as np, keras
blur = keras.ops.image.gaussian_blur
assert keras.config.image_data_format() == "channels_last"
red = np.full((1, 8, 8, 3), (1, 0, 0), "float32")
white = np.ones((1, 8, 8, 1), "float32")
show = lambda a: [round(float(v), 2) for v in np.asarray(a)[0, 4, 4]]
inp = keras.Input((8, 8, 3))
functional = keras.Model(inp, blur(inp)).predict(red, verbose=0)
print(show(blur(red)), show(blur(white)), show(blur(red, data_format="channels_last")), show(functional))
dot = np.zeros((1, 8, 8, 1), "float32")
dot[0, 4, 4] = 1
print((np.asarray(blur(dot)) > 0).sum())
"""
seen = {}
for backend in ("numpy", "jax"):
    env = os.environ | {"KERAS_BACKEND": backend}
    seen[backend] = subprocess.run([sys.executable, "-W", "ignore", "-c", code], env=env, check=True,
                                   stdout=subprocess.PIPE, text=True).stdout.splitlines()
    print(backend.ljust(6), "red, white, red with data_format, red in a model:", seen[backend][0])
    print("       points reached by one white point:", seen[backend][1])
right = "[1.0, 0.0, 0.0]"
assert seen["numpy"] == [f"{right} [1.0] {right} {right}", "9"]
assert seen["jax"] == [f"[0.45, 0.27, 0.0] [0.45] {right} {right}", "3"]
PY
