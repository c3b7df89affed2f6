#!/usr/bin/env bash
# Guess: A test cell loses its points when it raises. A warning, a log line
#   or a progress bar on stderr changes nothing.
# Truth: The first output that is an error, or any stderr stream, gives
#   zero. So a DeprecationWarning, a logging call or tqdm (which writes to
#   stderr) takes all points from right work. Where a partial score was
#   shown before the stderr text, the score wins instead.
# Versions: nbgrader==0.9.6 nbconvert==7.17.2 nbclient==0.11.0
#   nbformat==5.11.1 ipykernel==7.4.0 ipython==9.18.1 jupyter_client==8.10.0
#   traitlets==5.16.1 python-dateutil==4.0.0 SQLAlchemy==2.1.9; Python 3.11
# Who is hurt, and what to do: Students whose right code warns, and all
#   students at once when a library update adds a warning. Silence warnings
#   in the test cell, send logs to stdout, turn progress bars off.
# Seen: 2026-11-28
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet nbgrader==0.9.6 nbconvert==7.17.2 \
  nbclient==0.11.0 nbformat==5.11.1 ipykernel==7.4.0 ipython==9.18.1 \
  jupyter_client==8.10.0 traitlets==5.16.1 python-dateutil==4.0.0 \
  SQLAlchemy==2.1.9
export TZ=UTC HOME="$tmp" JUPYTER_PREFER_ENV_PATH=1 PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python - <<'PY'
import nbclient
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.utils import determine_grade
def grade(source):
    c = new_code_cell(source)
    c.metadata.nbgrader = dict(grade=True, solution=False, locked=True, points=2,
                               grade_id="t", schema_version=3, cell_type="code")
    nb = new_notebook(cells=[c])
    nbclient.NotebookClient(nb, kernel_name="python3").execute()
    got = determine_grade(nb.cells[0])
    print(repr(source), [o.get("name", o.output_type) for o in nb.cells[0].outputs], got)
    return got
assert grade("assert 1 + 1 == 2") == (2.0, 2.0)
assert grade("print('all fine')") == (2.0, 2.0)
assert grade("import warnings\nwarnings.warn('old name')\nassert 1 + 1 == 2") == (0, 2.0)
assert grade("import logging\nlogging.warning('epoch 1')") == (0, 2.0)
assert grade("import sys\nprint('50%', file=sys.stderr)\nassert True") == (0, 2.0)
PY
