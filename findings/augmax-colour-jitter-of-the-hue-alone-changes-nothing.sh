#!/usr/bin/env bash
# Guess: augmax.ColorJitter(brightness=0, contrast=0, saturation=0, hue=0.4)
#   turns the hue of a picture, and saturation=0.9 changes how colourful it
#   is, as in other packages for augmentation.
# Truth: Where some of the four are 0, there are as many random keys as
#   there are others, and they are dealt out from the first on: that of the
#   hue goes to the brightness, which is 0. The hue alone changes no
#   picture, with p=1 and with p=0.5, and nor does the contrast alone with
#   p=1. The saturation never changes: its new value is worked out and not
#   kept. The brightness alone works, and so do all four together, save the
#   saturation. There is no error and no warning.
# Versions: augmax==0.4.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
#   scipy==1.17.1 einops==0.8.2 ml_dtypes==0.6.0; Python 3.11
# Who is hurt, and what to do: Those who make a network robust against
#   colours that differ, or measure what one of the four brings. Look at a
#   few pictures; give 1e-6 instead of 0, and change the saturation oneself.
# Seen: 2026-11-30
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check augmax==0.4.1 jax==0.10.2 jaxlib==0.10.2 \
    numpy==2.4.6 scipy==1.17.1 einops==0.8.2 ml_dtypes==0.6.0
export TZ=UTC HOME="$tmp" JAX_PLATFORMS=cpu PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import colorsys

import augmax
import jax
import numpy as np

picture = np.random.default_rng(0).uniform(0.2, 0.8, (6, 6, 3)).astype("float32")


def jittered(p=1.0, none=0, n=30, **strengths):
    jitter = augmax.ColorJitter(**{k: strengths.get(k, none) for k in ("brightness", "contrast", "saturation", "hue")}, p=p)
    run = jax.jit(augmax.Chain(jitter))
    return [np.asarray(run(jax.random.PRNGKey(i), picture)) for i in range(n)]


def moved(pictures):
    return float(max(np.abs(x - picture).max() for x in pictures))


def saturation(x):
    return np.array([colorsys.rgb_to_hsv(*map(float, c))[1] for c in x.reshape(-1, 3)])


for p in (1.0, 0.5):
    seen = {k: moved(jittered(p, **{k: s})) for k, s in dict(brightness=0.4, contrast=0.4, saturation=0.9, hue=0.4).items()}
    print(f"p={p}: largest change by", {k: round(v, 4) for k, v in seen.items()})
    assert seen["hue"] < 1e-5 and seen["saturation"] < 1e-5 and seen["brightness"] > 0.1
    assert (seen["contrast"] < 1e-5) == (p == 1.0)
repaired = moved(jittered(hue=0.4, none=1e-6))
print(f"hue 0.4 with 1e-6 for 0: {repaired:.3f}")
assert repaired > 0.1
all_four = jittered(brightness=0.3, contrast=0.3, saturation=0.9, hue=0.3)
by = max(np.abs(saturation(x) - saturation(picture)).max() for x in all_four)
print(f"all four: pictures change by up to {moved(all_four):.3f}, their saturation by {by:.6f}")
assert moved(all_four) > 0.2 and by < 1e-4
PY
