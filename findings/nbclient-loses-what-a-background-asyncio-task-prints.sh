#!/usr/bin/env bash
# Guess: A task made with asyncio.create_task in one cell prints while a
#   later cell runs. Its text lands in the later cell, as the text of a
#   thread does.
# Truth: ipykernel 7 marks the text with the cell that made the task.
#   nbclient drops every message that does not belong to the cell now
#   running. The text is in no cell at all. The text of a thread is kept, in
#   the later cell.
# Versions: nbclient==0.11.0 nbformat==5.11.1 ipykernel==7.4.0
#   ipython==9.18.1 jupyter_client==8.10.0 traitlets==5.16.1; Python 3.11
# Who is hurt, and what to do: Authors of async lessons and data feeders:
#   the saved notebook misses lines that the kernel did send. Await the task
#   in the cell that makes it, or collect lines in a list and print them.
# Seen: 2026-11-28
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet nbclient==0.11.0 nbformat==5.11.1 \
  ipykernel==7.4.0 ipython==9.18.1 jupyter_client==8.10.0 traitlets==5.16.1
export TZ=UTC HOME="$tmp" JUPYTER_PREFER_ENV_PATH=1 PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python - <<'PY'
import nbclient
from nbformat.v4 import new_code_cell, new_notebook
def run(*cells):
    nb = new_notebook(cells=[new_code_cell(c) for c in cells])
    nbclient.NotebookClient(nb, kernel_name="python3").execute()
    out = ["".join(o.text for o in c.outputs) for c in nb.cells]
    print(out)
    return out
task = run("""import asyncio
go, done = asyncio.Event(), asyncio.Event()
async def work():
    await go.wait(); print("from the task"); done.set()
t = asyncio.create_task(work())""", "go.set(); await done.wait(); print('cell two')")
thread = run("""import threading
go, done = threading.Event(), threading.Event()
def work():
    go.wait(); print("from the thread"); done.set()
threading.Thread(target=work).start()""", "go.set(); done.wait(); print('cell two')")
assert task == ["", "cell two\n"]
assert thread == ["", "from the thread\ncell two\n"]
PY
