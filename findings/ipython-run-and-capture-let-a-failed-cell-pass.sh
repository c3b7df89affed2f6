#!/usr/bin/env bash
# Guess: A cell whose %run script.py stops with an error, or whose first
#   line is %%capture and whose code raises, fails as any other cell does:
#   nbclient raises and the run stops.
# Truth: Both magics catch the error, show it and report success. nbclient
#   raises nothing and runs the cells that follow, though the output of
#   the cell is of the type error. It is so for a script that ends with
#   sys.exit(3) and for one with a syntax error, too. A cell under %%time,
#   which had the same fault once, does fail.
# Versions: nbclient==0.11.0 nbformat==5.11.1 ipykernel==7.4.0
#   ipython==9.18.1 jupyter_client==8.10.0 traitlets==5.16.1; Python 3.11
# Who is hurt, and what to do: Whoever tests notebooks by running them: a
#   broken cell stays green, and later cells go on with half of its
#   variables. Known for %run since 2020, never changed. Look for outputs
#   of the type error after the run, or import the script.
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
import nbclient, pathlib
from nbformat.v4 import new_code_cell, new_notebook
pathlib.Path("wrong.py").write_text("assert 1 == 2")
pathlib.Path("leaves.py").write_text("import sys; sys.exit(3)")
pathlib.Path("syntax.py").write_text("def f(:")
def run(source):
    nb = new_notebook(cells=[new_code_cell(source), new_code_cell("print('went on')")])
    try:
        nbclient.NotebookClient(nb, kernel_name="python3").execute()
        state = "passed"
    except nbclient.exceptions.CellExecutionError:
        state = "failed"
    errors = [o.ename for o in nb.cells[0].outputs if o.output_type == "error"]
    print(repr(source).ljust(30), state, errors, "next cell ran:", bool(nb.cells[1].outputs))
    return state, errors
assert run("%run wrong.py") == ("passed", ["AssertionError"])
assert run("%run leaves.py") == ("passed", ["SystemExit"])
assert run("%run syntax.py") == ("passed", ["SyntaxError"])
assert run("%%capture out\nassert 1 == 2") == ("passed", ["AssertionError"])
assert run("%%time\nassert 1 == 2") == ("failed", ["AssertionError"])
assert run("assert 1 == 2") == ("failed", ["AssertionError"])
PY
