#!/usr/bin/env bash
# Guess: A function of the notebook called through testbook gets the
#   arguments given, and a float result comes back as a float.
# Truth: A set, a range, a path or a numpy integer arrives as its printed
#   text: len({10, 20}) is 8 in the notebook. A NaN result comes back as the
#   string "nan", so math.isnan raises TypeError, and "loss == loss" is true
#   for a loss that is NaN. Dict keys come back as strings.
# Versions: testbook==0.4.2 papermill==2.7.0 numpy==2.4.6 nbclient==0.11.0
#   nbformat==5.11.1 ipykernel==7.4.0 ipython==9.18.1 jupyter_client==8.10.0
#   traitlets==5.16.1; Python 3.11
# Who is hurt, and what to do: Authors who unit-test lesson code: a test on
#   text passes or fails for the wrong reason. Inject the values as code,
#   and compare inside the notebook.
# Seen: 2026-11-28
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet testbook==0.4.2 papermill==2.7.0 \
  numpy==2.4.6 nbclient==0.11.0 nbformat==5.11.1 ipykernel==7.4.0 \
  ipython==9.18.1 jupyter_client==8.10.0 traitlets==5.16.1
export TZ=UTC HOME="$tmp" JUPYTER_PREFER_ENV_PATH=1 PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python - <<'PY'
import nbformat, numpy as np
from nbformat.v4 import new_code_cell, new_notebook
from testbook import testbook
nb = new_notebook(cells=[new_code_cell(
    "def kind(x):\n    return type(x).__name__\ndef size(x):\n    return len(x)\n"
    "loss = float('nan')\nnames = {0: 'cat'}")])
nb.metadata.kernelspec = dict(name="python3", display_name="Python 3", language="python")
nbformat.write(nb, "lesson.ipynb")
with testbook("lesson.ipynb", execute=True) as tb:
    kind, size = tb.get("kind"), tb.get("size")
    kinds = [kind({10, 20}), kind(range(3)), kind(np.int64(3)), kind((1, 2)), kind([1])]
    n = size({10, 20})
    loss, names = tb.get("loss"), dict(tb.get("names"))
print(kinds, n, repr(loss), names)
assert kinds == ["str", "str", "str", "tuple", "list"] and n == 8
assert loss == "nan" and loss == loss
assert names == {"0": "cat"}
PY
