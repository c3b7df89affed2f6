#!/usr/bin/env bash
# One would guess: Writing float or int values to a uint8 dataset in h5py
#   casts as NumPy's astype('uint8') does, so 300 becomes 44 and -1 becomes
#   255.
# What happens: HDF5 converts and saturates: 300 becomes 255, -1 becomes 0,
#   300 in int8 becomes 127. The same holds for create_dataset(data=...,
#   dtype=...) and for assignment. The same line with a NumPy array in place
#   of the dataset gives other pixels.
# Versions: h5py 3.14.0, numpy 2.4.6; Python 3.11.
# Who is hurt, what to do: Those who compare images or quantised weights
#   kept in memory with those in a file, or test code with a NumPy array and
#   run it on h5py. Clip and cast yourself before you write.
# Date seen: 2026-11-28
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    h5py==3.14.0 numpy==2.4.6
"$work/venv/bin/python" -W ignore - <<'PY'
import h5py, numpy as np
v = np.array([300, -1, 256, 7])
with h5py.File("a.h5", "w") as f:
    made = f.create_dataset("made", data=v, dtype="uint8")[...]
    f.create_dataset("set", (4,), dtype="uint8")
    f["set"][...] = v
    put = f["set"][...]
    f.create_dataset("i8", (4,), dtype="int8")
    f["i8"][...] = v
    i8 = f["i8"][...]
mem = np.zeros(4, dtype="uint8")
mem[...] = v
print("h5py:", made, put, "int8:", i8, " NumPy:", mem, v.astype("uint8"))
assert made.tolist() == put.tolist() == [255, 0, 255, 7]
assert i8.tolist() == [127, -1, 127, 7]
assert mem.tolist() == v.astype("uint8").tolist() == [44, 255, 0, 7]
PY
