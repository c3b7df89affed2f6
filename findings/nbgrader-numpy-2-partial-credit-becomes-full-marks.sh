#!/usr/bin/env bash
# Guess: A test cell whose last line is a score, say np.mean of the checks,
#   gives that score as partial credit. A last line of False gives nothing.
# Truth: The printed form is read with float(). Since numpy 2 it is
#   "np.float64(0.5)", which is no number, and then the cell gets full
#   marks. False, nan, a negative number and tensor(0.5) get full marks as
#   well. Only a plain 0.5 counts as 0.5.
# Versions: nbgrader==0.9.6 nbconvert==7.17.2 nbclient==0.11.0
#   nbformat==5.11.1 ipykernel==7.4.0 ipython==9.18.1 jupyter_client==8.10.0
#   traitlets==5.16.1 python-dateutil==4.0.0 SQLAlchemy==2.1.9 numpy==2.4.6;
#   Python 3.11
# Who is hurt, and what to do: Graders who moved a course to numpy 2:
#   half-right work gets everything, with one warning in a log. End the cell
#   with float(...) and assert on truth values.
# Seen: 2026-11-28
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet nbgrader==0.9.6 nbconvert==7.17.2 \
  nbclient==0.11.0 nbformat==5.11.1 ipykernel==7.4.0 ipython==9.18.1 \
  jupyter_client==8.10.0 traitlets==5.16.1 python-dateutil==4.0.0 \
  SQLAlchemy==2.1.9 numpy==2.4.6
export TZ=UTC HOME="$tmp" JUPYTER_PREFER_ENV_PATH=1 PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python - <<'PY'
import nbclient
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.utils import determine_grade
def grade(source):
    c = new_code_cell("import numpy as np\nchecks = [True, False]\n" + source)
    c.metadata.nbgrader = dict(grade=True, solution=False, locked=True, points=2,
                               grade_id="t", schema_version=3, cell_type="code")
    nb = new_notebook(cells=[c])
    nbclient.NotebookClient(nb, kernel_name="python3").execute()
    got = determine_grade(nb.cells[0])
    print(source.ljust(28), nb.cells[0].outputs[0].data["text/plain"].ljust(18), got)
    return got
assert grade("float(np.mean(checks))") == (0.5, 2.0)
assert grade("np.mean(checks)") == (2.0, 2.0)
assert grade("np.mean([]) if 0 else np.nan") == (2.0, 2.0)
assert grade("all(checks)") == (2.0, 2.0)
assert grade("-1.0") == (2.0, 2.0)
PY
