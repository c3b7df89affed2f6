#!/usr/bin/env bash
# Guess: threesplit(x, y, test_size=0.2, random_state=0) gives the same
#   training, validation and test sets each time, as random_state=1 does and
#   as scikit-learn's train_test_split does. The labels come back in the
#   shape that they had.
# Truth: The 0 is taken for "no seed", and each call deals the examples out
#   anew: a test set of 200 shares about 40 with that of the call before, and
#   most of the others were in its training set. Labels of shape (n,) come
#   back as (n, 1). A difference from predictions of shape (n,) then is an n
#   by n table, so the mean squared error of a faultless model is twice the
#   variance of the labels, and its accuracy is that of guessing. No word is
#   said.
# Versions: threesplit==0.1.1 numpy==2.4.6; Python 3.11
# Who is hurt, and what to do: Those who tune in one run and test in the
#   next. Seed numpy.random oneself or give another number, and ravel the
#   labels.
# Seen: 2026-12-01
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check setuptools==80.9.0 wheel==0.45.1 numpy==2.4.6
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check --no-build-isolation threesplit==0.1.1
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python - <<'PY'
import warnings
from importlib.metadata import version

import numpy as np
from threesplit import threesplit

warnings.simplefilter("error")
print("threesplit", version("threesplit"))
x = np.arange(1000)
labels = x % 10


def sets(seed):
    return [set(part.ravel().tolist()) for part in threesplit(x, test_size=0.2, random_state=seed)]


for seed, same in ((1, True), (42, True), (0, False)):
    (train, _, test), (_, _, again) = sets(seed), sets(seed)
    print(f"random_state={seed}: {len(again & test)} of 200 test examples are those of the call before, {len(again & train)} were trained on")
    assert len(test) == len(again) == 200 and (again == test) == same
    assert same or (len(again & test) < 70 and len(again & train) > 90)

*_, y = threesplit(x, labels, test_size=0.2, random_state=1)
predictions = y.ravel().copy()
error, right = np.mean((predictions - y) ** 2), np.mean(predictions == y)
print(f"labels of shape {labels.shape} come back as {y.shape}; a faultless model: error {error:.2f}, accuracy {right:.2f}")
assert y.shape == (200, 1) and abs(error - 2 * y.var()) < 1e-9 and right < 0.12
assert np.mean((predictions - y.ravel()) ** 2) == 0 and np.mean(predictions == y.ravel()) == 1
PY
