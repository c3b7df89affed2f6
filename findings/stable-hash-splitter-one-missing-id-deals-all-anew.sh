#!/usr/bin/env bash
# Guess: StableHashSplit(id_column="user_id") puts the same id on the same
#   side for ever: "old test samples will never move into the training set"
#   when the data grow.
# Truth: The hash is that of the id's text. One new row without an id makes
#   pandas read the column as floats, and 1001 becomes "1001.0": all ids are
#   dealt out anew. Of 1000 old examples a third change sides, and three in
#   four of the old test set are in the training set. An array of floats,
#   with the id as one column, is dealt out so from the start, and otherwise
#   than the table that it was made from. There is no warning; random_state,
#   which does nothing, has one.
# Versions: stable-hash-splitter==0.1.1 pandas==3.1.1 numpy==2.4.6
#   scikit-learn==1.9.1; Python 3.11
# Who is hurt, and what to do: Those who compare models across versions of
#   the data. Make the column text or Int64 before every split.
# Seen: 2026-12-01
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    stable-hash-splitter==0.1.1 pandas==3.1.1 numpy==2.4.6 scikit-learn==1.9.1
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python - <<'PY'
import io
import warnings
from importlib.metadata import version

import pandas as pd
from stable_hash_splitter import StableHashSplit

warnings.simplefilter("error")
print("stable-hash-splitter", version("stable-hash-splitter"))
split = StableHashSplit(test_size=0.2, id_column="user_id")
lines = "user_id,x\n" + "".join(f"{1000 + i},{i}\n" for i in range(1000))


def test_set(text, **reading):
    data = pd.read_csv(io.StringIO(text), **reading)
    _, test = split.train_test_split(data)
    return set(test["x"]) & set(range(1000))


old = test_set(lines)
more = test_set(lines + "".join(f"{3000 + i},{2000 + i}\n" for i in range(50)))
gap = test_set(lines + ",2000\n")
mended = test_set(lines + ",2000\n", dtype={"user_id": "Int64"})
print(f"test set of 1000 examples: {len(old)}; the same after 50 new rows: {more == old}")
assert more == old and mended == old and len(old) == 188
moved, left = len(old ^ gap), len(old - gap)
print(f"after one new row without an id: test set {len(gap)}, {moved} changed sides, {left} of {len(old)} went from test to training")
assert (len(gap), moved, left) == (233, 331, 143)
print("with the column read as Int64 the split is the old one:", mended == old)
array = pd.read_csv(io.StringIO(lines)).to_numpy(dtype=float)
_, rows = next(StableHashSplit(test_size=0.2, id_column=0).split(array))
print("an array of floats is split as the old data:", set(rows) == old, "- as those with the gap:", set(rows) == gap)
assert set(rows) != old and set(rows) == gap
PY
