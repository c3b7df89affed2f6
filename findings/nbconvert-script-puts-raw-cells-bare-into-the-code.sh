#!/usr/bin/env bash
# Guess: In a script made by nbconvert, raw cells are left out or commented,
#   as Markdown cells are.
# Truth: A raw cell without a format goes into the .py file as bare text
#   between the code. A raw cell with notes, or with a page header, makes a
#   script that does not compile.
# Versions: nbconvert==7.17.2 nbformat==5.11.1; Python 3.11
# Who is hurt, and what to do: Authors and graders who turn notebooks into
#   scripts for checks: a SyntaxError in a file that has no faulty code
#   cell. Give each raw cell a format (raw_mimetype) or strip raw cells
#   first.
# Seen: 2026-11-28
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet nbconvert==7.17.2 nbformat==5.11.1
export TZ=UTC HOME="$tmp" JUPYTER_PREFER_ENV_PATH=1 PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python - <<'PY'
from nbconvert import PythonExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell
raw = new_raw_cell("Notes for the tutor")
nb = new_notebook(cells=[raw, new_markdown_cell("Some words"), new_code_cell("x = 1")])
script, _ = PythonExporter().from_notebook_node(nb)
print(script)
lines = script.splitlines()
assert "Notes for the tutor" in lines and "# Some words" in lines
try:
    compile(script, "script", "exec")
    error = None
except SyntaxError as e:
    error = e
print("compiles:", error is None)
assert error is not None
raw.metadata.raw_mimetype = "text/html"
script, _ = PythonExporter().from_notebook_node(nb)
assert "tutor" not in script
compile(script, "script", "exec")
PY
