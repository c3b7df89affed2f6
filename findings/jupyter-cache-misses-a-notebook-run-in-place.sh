#!/usr/bin/env bash
# Guess: jupyter-cache looks at the source of the code cells and the kernel,
#   so running a notebook in place again keeps its cache entry.
# Truth: All cell metadata goes into the key. nbclient writes the time of
#   each message there (the key "execution"), so each run in place makes a
#   new key and the cache never hits. A new tag on a cell does the same.
#   Edits to Markdown and ids do not.
# Versions: jupyter-cache==1.0.1 SQLAlchemy==2.1.9 nbclient==0.11.0
#   nbformat==5.11.1 ipykernel==7.4.0 ipython==9.18.1 jupyter_client==8.10.0
#   traitlets==5.16.1; Python 3.11
# Who is hurt, and what to do: Books built with the cache: all notebooks run
#   again after each refresh in place, and entries pile up. Run with
#   record_timing=False, or strip cell metadata first.
# Seen: 2026-11-28
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet jupyter-cache==1.0.1 SQLAlchemy==2.1.9 \
  nbclient==0.11.0 nbformat==5.11.1 ipykernel==7.4.0 ipython==9.18.1 \
  jupyter_client==8.10.0 traitlets==5.16.1
export TZ=UTC HOME="$tmp" JUPYTER_PREFER_ENV_PATH=1 PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python - <<'PY'
import nbclient, nbformat
from jupyter_cache import get_cache
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
def run(nb, **options):
    nbclient.NotebookClient(nb, kernel_name="python3", **options).execute()
def hit(nb):
    try:
        cache.match_cache_notebook(nb)
        return True
    except KeyError:
        return False
cache = get_cache("cache")
results = []
for timing in (False, True):
    nb = new_notebook(cells=[new_markdown_cell("a"), new_code_cell(f"print({timing})")])
    nb.metadata.kernelspec = dict(name="python3", display_name="Python 3", language="python")
    run(nb, record_timing=timing)
    nbformat.write(nb, "nb.ipynb")
    cache.cache_notebook_file("nb.ipynb")
    first = hit(nb)
    nb.cells[0].source = "b"
    run(nb, record_timing=timing)
    results.append((timing, first, hit(nb)))
    nb.cells[1].metadata.tags = ["new"]
    assert not hit(nb)
print("record_timing, hit before the second run, hit after:", results)
assert results == [(False, True, True), (True, True, False)]
PY
