#!/usr/bin/env bash
# Guess: nbval passes a notebook that was just run and saved and gives the
#   same result each time.
# Truth: A display that is updated (display_id, a progress line) is saved
#   with its last state. nbval keeps the first state from the fresh run and
#   ignores updates, so it compares "start" with "end" and fails every time.
# Versions: nbval==0.11.0 pytest==9.2.0 nbclient==0.11.0 nbformat==5.11.1
#   ipykernel==7.4.0 ipython==9.18.1 jupyter_client==8.10.0
#   traitlets==5.16.1; Python 3.11
# Who is hurt, and what to do: Authors with progress displays in lessons:
#   the check can never be green, however often the notebook is saved again.
#   Tag such cells nbval-ignore-output, or print the last line instead.
# Seen: 2026-11-28
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet nbval==0.11.0 pytest==9.2.0 \
  nbclient==0.11.0 nbformat==5.11.1 ipykernel==7.4.0 ipython==9.18.1 \
  jupyter_client==8.10.0 traitlets==5.16.1
export TZ=UTC HOME="$tmp" JUPYTER_PREFER_ENV_PATH=1 PATH="$tmp/v/bin:$PATH"
cd "$tmp"
cat > make.py <<'PY'
import nbclient, nbformat
from nbformat.v4 import new_code_cell, new_notebook
def save(name, source):
    nb = new_notebook(cells=[new_code_cell(source)])
    nbclient.NotebookClient(nb, kernel_name="python3").execute()
    nbformat.write(nb, name)
    print(name, "saved as", nb.cells[0].outputs)
save("still.ipynb", "from IPython.display import display\nh = display('end', display_id='p')")
save("moves.ipynb", "from IPython.display import display\n"
     "h = display('start', display_id='p')\nh.update('end')")
PY
python make.py
check() { rc=0; python -m pytest -q --nbval "$1" > log 2>&1 || rc=$?; echo "$1: status $rc"; grep -E "mismatch|passed|failed in" log; }
check still.ipynb; test "$rc" = 0
check moves.ipynb; test "$rc" = 1
grep -q "mismatch 'text/plain'" log
