#!/usr/bin/env bash
# Guess: exit() or quit() in a cell, as in "if not ready: exit()", ends
#   the work there, as it does in a script and in plain IPython; or else
#   it is an error, as sys.exit() is.
# Truth: The kernel only notes that the front end should ask to close it.
#   The rest of the same cell runs, and under nbclient all later cells run
#   too, in the same kernel, with no error and no output. sys.exit() stops
#   the cell and fails the run.
# Versions: nbclient==0.11.0 nbformat==5.11.1 ipykernel==7.4.0
#   ipython==9.18.1 jupyter_client==8.10.0 traitlets==5.16.1; Python 3.11
# Who is hurt, and what to do: Those who guard a long training or a
#   deletion with exit(): the guarded lines run. Raise an exception
#   instead.
# Seen: 2026-11-29
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check nbclient==0.11.0 \
  nbformat==5.11.1 ipykernel==7.4.0 ipython==9.18.1 \
  jupyter_client==8.10.0 traitlets==5.16.1
export TZ=UTC HOME="$tmp" JUPYTER_PREFER_ENV_PATH=1 PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import nbclient
from nbformat.v4 import new_code_cell, new_notebook
def run(call):
    nb = new_notebook(cells=[new_code_cell(f"x = 1\n{call}\nprint('same cell')"), new_code_cell("print('next cell', x)")])
    try:
        nbclient.NotebookClient(nb, kernel_name="python3").execute()
        state = "passed"
    except nbclient.exceptions.CellExecutionError:
        state = "failed"
    text = [o.text.strip() for c in nb.cells for o in c.outputs if o.get("name") == "stdout"]
    print(call.ljust(24), state, text)
    return state, text
for call in ("exit()", "quit()", "exit"):
    assert run(call) == ("passed", ["same cell", "next cell 1"])
assert run("import sys; sys.exit()") == ("failed", [])
PY
