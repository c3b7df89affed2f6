#!/usr/bin/env bash
# Guess: A cell with %%ipytest whose test fails makes the run of the
#   notebook fail, as a failing assert does.
# Truth: The failure is printed to stdout and the cell ends well. nbclient
#   goes on, there is no error output and nothing on stderr, and a grader
#   that looks for errors sees none.
# Versions: ipytest==0.14.2 pytest==9.2.0 nbclient==0.11.0 nbformat==5.11.1
#   ipykernel==7.4.0 ipython==9.18.1 jupyter_client==8.10.0
#   traitlets==5.16.1; Python 3.11
# Who is hurt, and what to do: Authors who check exercise notebooks in CI:
#   it stays green with red tests inside. Call
#   ipytest.autoconfig(raise_on_error=True), or assert on ipytest.exit_code.
# Seen: 2026-11-28
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet ipytest==0.14.2 pytest==9.2.0 \
  nbclient==0.11.0 nbformat==5.11.1 ipykernel==7.4.0 ipython==9.18.1 \
  jupyter_client==8.10.0 traitlets==5.16.1
export TZ=UTC HOME="$tmp" JUPYTER_PREFER_ENV_PATH=1 PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python - <<'PY'
import nbclient
from nbformat.v4 import new_code_cell, new_notebook
TEST = "%%ipytest\ndef test_a():\n    assert 1 + 1 == 3"
def run(setup):
    nb = new_notebook(cells=[new_code_cell(c) for c in (setup, TEST, "print(ipytest.exit_code)")])
    try:
        nbclient.NotebookClient(nb, kernel_name="python3").execute()
        error = None
    except nbclient.exceptions.CellExecutionError as e:
        error = e.ename
    kinds = {o.get("name", o.output_type) for o in nb.cells[1].outputs}
    print(setup, "| error:", error, "| outputs:", kinds)
    return nb, error, kinds
nb, error, kinds = run("import ipytest; ipytest.autoconfig()")
assert error is None and kinds == {"stdout"}
assert "1 failed" in "".join(o.text for o in nb.cells[1].outputs)
assert nb.cells[2].outputs[0].text == "1\n"
_, error, _ = run("import ipytest; ipytest.autoconfig(raise_on_error=True)")
assert error is not None
PY
