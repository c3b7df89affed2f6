#!/usr/bin/env bash
# Guess: A loss curve with a NaN, shown as a Plotly or JSON output, is saved
#   the same way everywhere: as null, or as an error.
# Truth: Without orjson the kernel client warns on stderr and turns NaN into
#   the string "nan" (and inf into "inf"). When orjson happens to be
#   installed it is used at once, and NaN becomes null with no warning. The
#   same notebook gives two different files.
# Versions: nbclient==0.11.0 nbformat==5.11.1 ipykernel==7.4.0
#   ipython==9.18.1 jupyter_client==8.10.0 traitlets==5.16.1; Python 3.11
# Who is hurt, and what to do: Anyone who plots a run that diverged: an axis
#   of numbers gets a string in it, and a stray stderr output; a package
#   that brings orjson along changes saved outputs. Replace NaN by None
#   before display.
# Seen: 2026-11-28
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet nbclient==0.11.0 nbformat==5.11.1 \
  ipykernel==7.4.0 ipython==9.18.1 jupyter_client==8.10.0 traitlets==5.16.1
export TZ=UTC HOME="$tmp" JUPYTER_PREFER_ENV_PATH=1 PATH="$tmp/v/bin:$PATH"
cd "$tmp"
cat > run.py <<'PY'
import nbclient, sys
from nbformat.v4 import new_code_cell, new_notebook
CELL = """from IPython.display import display
display({"application/vnd.plotly.v1+json": {"y": [1.0, float("nan")]}}, raw=True)"""
nb = new_notebook(cells=[new_code_cell(CELL)])
nbclient.NotebookClient(nb, kernel_name="python3").execute()
outs = nb.cells[0].outputs
y = [o.data["application/vnd.plotly.v1+json"]["y"] for o in outs if "data" in o][0]
err = any(o.get("name") == "stderr" for o in outs)
print(sys.argv, y, "stderr:", err)
assert (y, err) == (([1.0, None], False) if sys.argv[1] == "with" else ([1.0, "nan"], True))
PY
python run.py without
pip install --quiet orjson==3.13.0
python run.py with
