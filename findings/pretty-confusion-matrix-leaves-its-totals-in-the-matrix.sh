#!/usr/bin/env bash
# Guess: pp_matrix of pretty-confusion-matrix draws a matrix and leaves it as
#   it is, whichever axis the predictions are on.
# Truth: With the predictions along x, as in scikit-learn, it writes its
#   totals into the caller's table, as one more row and column. The accuracy
#   worked out from the table afterwards is wrong: a faultless model has 0.5,
#   and one that is always wrong 0.25. Drawn once more along y, the sums are
#   one more class, and the corner says 400 examples in place of 100; along x
#   it ends with an error from pandas about lengths. Along y, which is the
#   default, the table is left alone. Nothing is said.
# Versions: pretty-confusion-matrix==0.8.1 pandas==3.1.1 numpy==2.4.6
#   matplotlib==3.11.2 seaborn==0.13.2 scikit-learn==1.9.1; Python 3.11
# Who is hurt, and what to do: Those who draw first and count then, or run a
#   notebook cell twice. Hand over a copy of it.
# Seen: 2026-12-01
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    pretty-confusion-matrix==0.8.1 pandas==3.1.1 numpy==2.4.6 \
    matplotlib==3.11.2 seaborn==0.13.2 scikit-learn==1.9.1
export TZ=UTC HOME="$tmp" MPLBACKEND=agg PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import importlib.metadata as m
import matplotlib.pyplot as plt
import numpy as np, pandas as pd
from pretty_confusion_matrix import pp_matrix
print(*(f"{p} {m.version(p)}" for p in ("pretty-confusion-matrix", "pandas", "seaborn")))

def perfect():
    return pd.DataFrame([[60, 0], [0, 40]], index=["cat", "dog"], columns=["cat", "dog"])

def draw(matrix, axis):
    """Draw it, and hand back the number in the last corner."""
    pp_matrix(matrix, pred_val_axis=axis, path_to_save_img="m.png")
    corner = [t.get_text() for t in plt.gcf().axes[0].texts if t.get_gid() == "sum"][-3]
    plt.close("all")
    return corner

def accuracy(matrix):
    return float(np.trace(matrix.values) / matrix.values.sum())

matrix = perfect()
first = draw(matrix, "x")
print("after drawing along x:\n", matrix, "\naccuracy", accuracy(matrix))
again = draw(matrix, "y")
print("corner when drawn along x, and along y after that:", first, again)
assert accuracy(matrix) == 0.5 and list(matrix.index) == ["cat", "dog", "sum_col"]
assert (first, again) == ("100", "400")
always_wrong = perfect().iloc[::-1].set_axis(["cat", "dog"])
assert accuracy(always_wrong) == 0
draw(always_wrong, "x")
assert accuracy(always_wrong) == 0.25
# Controls: along y, and with a copy.
matrix = perfect()
corners = [draw(matrix, "y"), draw(matrix.copy(), "x"), draw(matrix, "y")]
print("along y, along x with a copy, along y:", corners, "accuracy", accuracy(matrix))
assert corners == ["100"] * 3 and matrix.equals(perfect()) and accuracy(matrix) == 1
PY
