#!/usr/bin/env bash
# One would guess: safetensors.numpy.save_file writes a transposed array
#   with its values in place, as numpy.save does, or refuses it.
# What happens: It writes the memory of the array as it lies, with the new
#   shape. kernel.T comes back with the right shape and scrambled values.
#   Fortran-ordered arrays and slices with a step are wrong too. No error,
#   no warning.
# Versions: safetensors 0.8.0, numpy 2.4.6; Python 3.11.
# Who is hurt, what to do: Those who move Keras Dense kernels to the layout
#   of other libraries by .T and save them. Pass numpy.ascontiguousarray(a),
#   and compare after a load.
# Date seen: 2026-11-28
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    safetensors==0.8.0 numpy==2.4.6
"$work/venv/bin/python" -W ignore - <<'PY'
import numpy as np
from safetensors.numpy import save_file, load_file
x = np.arange(6, dtype="float32").reshape(2, 3)
give = {"plain": x, "transposed": x.T, "fortran": np.asfortranarray(x), "step": x[:, ::2],
        "mended": np.ascontiguousarray(x.T)}
save_file(give, "w.safetensors")
got = load_file("w.safetensors")
ok = {k: bool(np.array_equal(got[k], give[k])) for k in give}
print("wanted:", x.T.tolist(), " got:", got["transposed"].tolist())
print(ok)
assert got["transposed"].shape == (3, 2)
assert ok == {"plain": True, "transposed": False, "fortran": False, "step": False, "mended": True}
PY
