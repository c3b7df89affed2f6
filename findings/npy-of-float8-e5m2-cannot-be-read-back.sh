#!/usr/bin/env bash
# One would guess: numpy.save and numpy.load treat the small float types of
#   ml_dtypes alike: either all fail to save, or all come back.
# What happens: bfloat16 and float8_e4m3fn come back as raw bytes (V2, V1)
#   that a view can mend. float8_e5m2 is saved without complaint, but
#   numpy.load raises ValueError, since the header says '<f1'. In an .npz
#   the error comes only when that one array is asked for.
# Versions: numpy 2.4.6, ml_dtypes 0.6.0; Python 3.11.
# Who is hurt, what to do: Those who store quantised weights or caches as
#   .npy and find out when they need them. Save a.view(numpy.uint8) and the
#   type's name beside it.
# Date seen: 2026-11-28
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    numpy==2.4.6 ml_dtypes==0.6.0
"$work/venv/bin/python" -W ignore - <<'PY'
import numpy as np, ml_dtypes
back = {}
for name in "bfloat16", "float8_e4m3fn", "float8_e5m2":
    a = np.arange(3).astype(getattr(ml_dtypes, name))
    np.save("a.npy", a)                       # no error for any of them
    try:
        back[name] = np.load("a.npy").dtype.str
    except ValueError as e:
        back[name] = "ValueError: " + str(e)
    print(name, "->", back[name])
assert back["bfloat16"].endswith("V2") and back["float8_e4m3fn"].endswith("V1")
assert back["float8_e5m2"].startswith("ValueError") and "<f1" in back["float8_e5m2"]
np.savez("z.npz", ok=np.ones(2), w=np.arange(3).astype(ml_dtypes.float8_e5m2))
z = np.load("z.npz")
assert z["ok"].tolist() == [1.0, 1.0]
try:
    z["w"]
    raise SystemExit("w could be read")
except ValueError:
    print("npz: 'ok' can be read, 'w' cannot")
a = np.arange(3).astype(ml_dtypes.float8_e5m2)
np.save("a.npy", a.view(np.uint8))
assert np.array_equal(np.load("a.npy").view(ml_dtypes.float8_e5m2), a)
PY
