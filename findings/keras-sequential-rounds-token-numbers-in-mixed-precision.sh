#!/usr/bin/env bash
# Guess: Under mixed_bfloat16 an Embedding looks up the row of each whole
#   number that it is given; only the vectors are rounded. A Sequential
#   model computes the same with and without a keras.Input at its head.
# Truth: A Sequential that begins with the Embedding makes its own input of
#   the type that the layer computes in. The whole numbers are cast to
#   bfloat16 first, which has 8 bits: above 256 they are rounded. 2000
#   tokens reach 635 rows, and 257 is read as 256. A keras.Input as the
#   first entry, or a direct call of the layer, is right.
# Versions: keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
#   scipy==1.17.1 h5py==3.14.0 ml_dtypes==0.6.0 optree==0.20.0; Python 3.11
# Who is hurt, and what to do: Those who turn on mixed precision for a model
#   of texts: it trains, on tokens that are mixed up. Begin with
#   keras.Input(shape, dtype='int32').
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

tokens = np.arange(2000).reshape(1, -1)
table = np.stack([np.arange(2001) % 100, np.arange(2001) // 100], axis=1)


def read(policy, *first):
    keras.mixed_precision.set_dtype_policy(policy)
    model = keras.Sequential([*first, keras.layers.Embedding(2001, 2)])
    model.build((None, 2000))
    model.set_weights([table])
    found = np.asarray(model.predict(tokens, verbose=0)[0], dtype="float32") @ [1, 100]
    return found.astype(int)


plain, mixed = read("float32"), read("mixed_bfloat16")
headed = read("mixed_bfloat16", keras.Input((2000,)))
print("different rows reached:", len(set(plain)), "in float32,", len(set(mixed)), "in mixed_bfloat16,", end=" ")
print(len(set(headed)), "with an Input; token 257 is read as", mixed[257], "and 1999 as", mixed[1999])
assert (plain == tokens).all() and (headed == tokens).all()
assert (mixed[:257] == tokens[0, :257]).all() and mixed[257] == 256
assert len(set(mixed)) == 635 and mixed[1999] == 2000
PY
