#!/usr/bin/env bash
# Guess: The AUTOTEST directive of nbgrader, with the template that nbgrader
#   ships, compares values: an equal set or dict passes.
# Truth: It compares the printed form. The order of a set of strings depends
#   on the hash seed of the process, so the same right answer passes or
#   fails from one kernel to the next. A dict with the same entries in
#   another order always fails, with a message about wrong pairs.
# Versions: nbgrader==0.9.6 nbconvert==7.17.2 nbclient==0.11.0
#   nbformat==5.11.1 ipykernel==7.4.0 ipython==9.18.1 jupyter_client==8.10.0
#   traitlets==5.16.1 python-dateutil==4.0.0 SQLAlchemy==2.1.9; Python 3.11
# Who is hurt, and what to do: Students with right answers, at random. Write
#   AUTOTEST sorted(s) or sorted(d.items()), or a plain assert.
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

os.environ["PYTHONHASHSEED"] = "1"
test = released("s = {'cat', 'dog', 'owl', 'cow', 'ant'}", "s")
print(test)
results = []
for seed in ("1", "2", "3", "4"):
    os.environ["PYTHONHASHSEED"] = seed
    results.append(passes("s = {'cat', 'dog', 'owl', 'cow', 'ant'}", test))
assert results[0] and not all(results), results
test = released("d = {'a': 1, 'b': 2}", "d")
assert passes("d = {'a': 1, 'b': 2}", test)
assert not passes("d = {'b': 2, 'a': 1}", test)
PY
