#!/usr/bin/env bash
# Guess: An assert that fails inside "with out:" (an ipywidgets Output)
#   stops the cell, so nbclient raises and a test run goes red.
# Truth: The block shows the error in the widget and swallows it. The cell
#   goes on, the run is green, and the saved notebook has no error output. A
#   function under @out.capture() that raises returns None instead.
# Versions: ipywidgets==8.1.9 nbclient==0.11.0 nbformat==5.11.1
#   ipykernel==7.4.0 ipython==9.18.1 jupyter_client==8.10.0
#   traitlets==5.16.1; Python 3.11
# Who is hurt, and what to do: Authors who check demo notebooks in CI, and
#   graders whose checks call into widget code. Keep asserts outside the
#   block, or store the result and check it after the block.
# Seen: 2026-11-28
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet ipywidgets==8.1.9 nbclient==0.11.0 \
  nbformat==5.11.1 ipykernel==7.4.0 ipython==9.18.1 jupyter_client==8.10.0 \
  traitlets==5.16.1
export TZ=UTC HOME="$tmp" JUPYTER_PREFER_ENV_PATH=1 PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python - <<'PY'
import nbclient
from nbformat.v4 import new_code_cell, new_notebook
cells = ["""import ipywidgets
out = ipywidgets.Output()
with out:
    print('start')
    assert 1 + 1 == 3
print('still running')""", """@out.capture()
def accuracy():
    raise RuntimeError('no data')
print(accuracy())"""]
nb = new_notebook(cells=[new_code_cell(c) for c in cells])
nbclient.NotebookClient(nb, kernel_name="python3").execute()
got = [[(o.output_type, o.get("text")) for o in c.outputs] for c in nb.cells]
print("no exception;", got)
assert got == [[("stream", "still running\n")], [("stream", "None\n")]], got
PY
