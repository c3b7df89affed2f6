#!/usr/bin/env bash
# Guess: The functions of DeepMind's PIX take uint8 images as they are
#   loaded, or refuse them, as its metrics do.
# Truth: rgb_to_grayscale turns any uint8 image into zeros: its weights of
#   0.3, 0.59 and 0.11 become whole numbers. adjust_brightness by 0.3
#   changes nothing for the same reason, and so does random_brightness.
#   adjust_gamma makes 0 and 1 of it. No error and no warning; floats in
#   [0, 1] are right.
# Versions: dm-pix==0.4.5 chex==0.1.92 jax==0.10.2 jaxlib==0.10.2
#   numpy==2.4.6 scipy==1.17.1 ml_dtypes==0.6.0; Python 3.11
# Who is hurt, and what to do: Those who put augmentation before the
#   scaling to floats: the network sees black images, or images that were
#   never changed. Divide by 255 first.
# Seen: 2026-11-29
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check dm-pix==0.4.5 chex==0.1.92 \
  jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6 scipy==1.17.1 ml_dtypes==0.6.0
export TZ=UTC HOME="$tmp" JAX_PLATFORMS=cpu PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import dm_pix, jax, jax.numpy as jnp
image = jnp.array([[[0, 128, 255], [200, 200, 200]]], jnp.uint8)
grey = dm_pix.rgb_to_grayscale(image)
bright = dm_pix.adjust_brightness(image, 0.3)
chance = [bool((dm_pix.random_brightness(jax.random.PRNGKey(i), image, 0.9) == image).all()) for i in range(20)]
gamma = dm_pix.adjust_gamma(image, 2.0)
print("grey:", grey.ravel().tolist(), " of floats:", dm_pix.rgb_to_grayscale(image / 255).ravel().round(2).tolist())
print("brightness +0.3:", bright.ravel().tolist(), " random, unchanged:", sum(chance), "of 20; gamma:", gamma.ravel().tolist())
assert not grey.any() and dm_pix.rgb_to_grayscale(image / 255).min() > 0.3
assert (bright == image).all() and all(chance)
assert gamma.max() == 1
try:
    dm_pix.mse(image, image)
except AssertionError as e:
    print("mse:", str(e)[:70])
else:
    raise SystemExit("mse took whole numbers")
PY
