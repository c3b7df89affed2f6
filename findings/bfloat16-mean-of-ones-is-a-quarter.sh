#!/usr/bin/env bash
# One would guess: numpy.mean of 1000 ones in ml_dtypes.bfloat16 is 1,
#   perhaps with a rounding error of a percent. NumPy's float16 gives
#   exactly 1 because it sums in float32.
# What happens: The sum is kept in bfloat16, one addition after the other.
#   At 256 adding 1 no longer changes it. sum() is 256, mean() is 0.256, for
#   any longer array too. dot() is right (1000), and so is
#   sum(dtype=float32).
# Versions: numpy 2.4.6, ml_dtypes 0.6.0; Python 3.11.
# Who is hurt, what to do: Those who take means of losses, accuracies or
#   weights of mixed precision models in NumPy. Cast to float32 first, or
#   pass dtype=numpy.float32.
# Date seen: 2026-11-28
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    numpy==2.4.6 ml_dtypes==0.6.0
"$work/venv/bin/python" -W ignore - <<'PY'
import numpy as np
from ml_dtypes import bfloat16
b = np.ones(1000, bfloat16)
h = np.ones(1000, np.float16)
print("bfloat16 sum:", b.sum(), " mean:", b.mean(), " dot:", np.dot(b, b))
print("with dtype=float32:", b.mean(dtype=np.float32), " float16 mean:", h.mean())
assert float(b.sum()) == 256.0
assert abs(float(b.mean()) - 0.256) < 0.002
assert float(np.ones(100000, bfloat16).sum()) == 256.0
assert float(np.dot(b, b)) == 1000.0
assert float(b.mean(dtype=np.float32)) == 1.0 and float(h.mean()) == 1.0
PY
