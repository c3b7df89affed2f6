#!/usr/bin/env bash
# Guess: nbstripout makes notebooks easier to merge, as it takes out what
#   changes by itself.
# Truth: It also renumbers the cell ids 0, 1, 2 ... in each file. nbdime
#   pairs cells by id. When one side adds a cell at the top and the other
#   edits a cell, all ids below shift, nbmerge pairs the wrong cells and
#   reports a conflict. The same notebooks with their own ids merge with no
#   conflict.
# Versions: nbstripout==0.9.1 nbdime==4.0.4 nbformat==5.11.1; Python 3.11
# Who is hurt, and what to do: Teams of authors who use both tools as git
#   filters: false conflicts, and markers inside cells that nobody touched
#   twice. Call nbstripout with --keep-id.
# Seen: 2026-11-28
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet nbstripout==0.9.1 nbdime==4.0.4 \
  nbformat==5.11.1
export TZ=UTC HOME="$tmp" JUPYTER_PREFER_ENV_PATH=1 PATH="$tmp/v/bin:$PATH"
cd "$tmp"
cat > make.py <<'PY'
import copy, nbformat
from nbformat.v4 import new_code_cell, new_notebook
A, B, C = "import torch\nprint(torch.ones(3))", "x = load()\nshow(x)\nplot(x)", "fit(x)\nsave()"
base = new_notebook(cells=[new_code_cell(s) for s in (A, B, C)])
local, remote = copy.deepcopy(base), copy.deepcopy(base)
local.cells.insert(0, new_code_cell("seed(0)"))
remote.cells[1].source = B.replace("show(x)", "show(x, n=4)")
for name, nb in dict(base=base, local=local, remote=remote).items():
    nbformat.write(nb, name + ".ipynb")
PY
cat > show.py <<'PY'
import nbformat
for c in nbformat.read("merged.ipynb", 4).cells: print("  ", repr(c.source))
PY
merge() { rc=0; nbmerge base.ipynb local.ipynb remote.ipynb --out merged.ipynb 2>err || rc=$?; echo "$1: status $rc"; python show.py; }
python make.py
merge "as they are"; test "$rc" = 0
nbstripout --keep-id base.ipynb local.ipynb remote.ipynb
merge "after nbstripout --keep-id"; test "$rc" = 0
nbstripout base.ipynb local.ipynb remote.ipynb
merge "after nbstripout"; test "$rc" = 1
python show.py | grep -q '<<<<<<< local'
