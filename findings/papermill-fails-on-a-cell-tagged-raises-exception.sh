#!/usr/bin/env bash
# Guess: The tag raises-exception marks a cell whose error is the lesson.
#   nbclient honours it and papermill runs on nbclient, so papermill accepts
#   the notebook too.
# Truth: papermill runs every cell to the end (the cells after the error do
#   run) and only then raises PapermillExecutionError for the tagged cell.
#   It also adds two cells with an error banner to the output.
# Versions: papermill==2.7.0 nbformat==5.11.1 nbclient==0.11.0
#   ipykernel==7.4.0; Python 3.11
# Who is hurt, and what to do: Authors of teaching notebooks that show an
#   error on purpose: the same file is green in nbclient and red in
#   papermill. Catch the error inside the cell, or run such notebooks with
#   nbclient.
# Seen: 2026-11-28
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet papermill==2.7.0 nbformat==5.11.1 \
  nbclient==0.11.0 ipykernel==7.4.0
export TZ=UTC HOME="$tmp" JUPYTER_PREFER_ENV_PATH=1 PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python - <<'PY'
import nbclient, nbformat, papermill
from nbformat.v4 import new_code_cell, new_notebook
bad = new_code_cell("1 / 0")
bad.metadata.tags = ["raises-exception"]
nb = new_notebook(cells=[bad, new_code_cell("print('after')")])
nb.metadata.kernelspec = dict(name="python3", display_name="Python 3", language="python")
nbformat.write(nb, "in.ipynb")
nbclient.NotebookClient(nb).execute()
print("nbclient: no exception")
try:
    papermill.execute_notebook("in.ipynb", "out.ipynb", progress_bar=False)
    raised = None
except papermill.PapermillExecutionError as e:
    raised = e.ename
out = nbformat.read("out.ipynb", 4)
print("papermill:", raised, "| cells in, out:", 2, len(out.cells))
print("last cell printed:", out.cells[-1].outputs)
assert raised == "ZeroDivisionError"
assert len(out.cells) == 4
assert out.cells[-1].outputs[0].text == "after\n"
PY
