#!/usr/bin/env bash
# Guess: The AUTOTEST directive of nbgrader, with the template that nbgrader
#   ships, tests all of a numpy array, and a float to a sensible share of
#   its size.
# Truth: It compares str(array). Above 1000 numbers that text has the first
#   three and the last three only, so any values between pass. A float is
#   rounded to two decimals, so a loss of 0.0 passes where 0.0049 is right.
# Versions: nbgrader==0.9.6 nbconvert==7.17.2 nbclient==0.11.0
#   nbformat==5.11.1 ipykernel==7.4.0 ipython==9.18.1 jupyter_client==8.10.0
#   traitlets==5.16.1 python-dateutil==4.0.0 SQLAlchemy==2.1.9 numpy==2.4.6;
#   Python 3.11
# Who is hurt, and what to do: Graders who trust the generated test: wrong
#   arrays and wrong small losses get full marks. Test a sum, a hash of
#   a.tobytes(), or np.allclose against stored values.
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
import importlib.metadata as md, nbclient, os, shutil
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.preprocessors import InstantiateTests
for f in md.files("nbgrader"):
    if str(f).endswith("docs/source/user_guide/autotests.yml"):
        shutil.copy(f.locate(), "autotests.yml")
def released(solution, name):
    t = new_code_cell("### AUTOTEST " + name)
    t.metadata.nbgrader = dict(grade=True, solution=False, locked=True, points=1,
                               grade_id="t", schema_version=3, cell_type="code")
    nb = new_notebook(cells=[new_code_cell(solution), t])
    nb.metadata.kernelspec = dict(name="python3", display_name="Python 3", language="python")
    nb, _ = InstantiateTests().preprocess(nb, {"metadata": {"path": "."}})
    return nb.cells[1].source
def passes(answer, test):
    nb = new_notebook(cells=[new_code_cell(answer), new_code_cell(test)])
    nbclient.NotebookClient(nb, kernel_name="python3", allow_errors=True).execute()
    ok = all(o.output_type != "error" for o in nb.cells[1].outputs)
    print(answer.splitlines()[-1], "->", "pass" if ok else nb.cells[1].outputs[-1].evalue)
    return ok

test = released("import numpy as np\na = np.arange(2000)", "a")
print(test)
assert passes("import numpy as np\na = np.arange(2000)", test)
assert passes("import numpy as np\na = np.arange(2000); a[3:-3] = 0", test)
assert not passes("import numpy as np\na = np.arange(2000); a[2] = 0", test)
test = released("loss = 0.0049", "loss")
assert passes("loss = 0.0", test)
PY
