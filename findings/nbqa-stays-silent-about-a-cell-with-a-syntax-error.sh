#!/usr/bin/env bash
# Guess: A linter run by nbQA reports a cell that does not parse.
# Truth: nbQA leaves such cells out before the linter sees them. "nbqa
#   pyflakes" ends with status 0 and no output on a notebook whose only code
#   cell is "def f(:". Names defined there then look undefined elsewhere.
# Versions: nbqa==1.9.1 pyflakes==4.1.0 nbformat==5.11.1; Python 3.11
# Who is hurt, and what to do: Authors who rely on the lint step to catch a
#   broken cell before class. Add --nbqa-dont-skip-bad-cells.
# Seen: 2026-11-28
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet nbqa==1.9.1 pyflakes==4.1.0 \
  nbformat==5.11.1
export TZ=UTC HOME="$tmp" JUPYTER_PREFER_ENV_PATH=1 PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python - <<'PY'
import nbformat
from nbformat.v4 import new_code_cell, new_notebook
nb = new_notebook(cells=[new_code_cell("def f(:\n    pass")])
nb.metadata.language_info = dict(name="python")
nbformat.write(nb, "bad.ipynb")
PY
rc=0; nbqa pyflakes bad.ipynb > out 2>&1 || rc=$?
echo "status $rc, bytes printed: $(wc -c < out)"
test "$rc" = 0
test ! -s out
rc=0; nbqa pyflakes bad.ipynb --nbqa-dont-skip-bad-cells > out 2>&1 || rc=$?
echo "with --nbqa-dont-skip-bad-cells: status $rc"; cat out
test "$rc" = 1
