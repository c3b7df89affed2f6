#!/usr/bin/env bash
# Guess: Writing a notebook as py:percent comments out magics and shell
#   lines only. Reading a script back leaves true comments alone.
# Truth: A line at the left edge that starts with cat, cd, cp, echo, ls, mv,
#   copy, ren or the like and a space is taken for a command, unless = or a
#   comma comes next. So "mv *= 0.9" (a moving variance) is commented out in
#   the script, which then runs without it. The other way round, the
#   comments "# copy the weights" and "# Why?" in a script lose their # and
#   become code in the notebook.
# Versions: jupytext==1.19.6 nbformat==5.11.1; Python 3.11
# Who is hurt, and what to do: Authors who pair notebooks with scripts: the
#   script computes another number, and the notebook gets a SyntaxError from
#   a harmless comment. Avoid these names and first words, or set the option
#   comment_magics to false.
# Seen: 2026-11-28
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet jupytext==1.19.6 nbformat==5.11.1
export TZ=UTC HOME="$tmp" JUPYTER_PREFER_ENV_PATH=1 PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python - <<'PY'
import jupytext
from nbformat.v4 import new_code_cell, new_notebook
src = "mv = 1.0\nmv *= 0.5\nmv += 0.1"
text = jupytext.writes(new_notebook(cells=[new_code_cell(src)]), "py:percent")
body = text.split("# %%\n")[1]
print(body)
space = {}
exec(src, space)
script = {}
exec(text, script)
print("mv in the notebook:", space["mv"], "| mv in the script:", script["mv"])
assert body == "mv = 1.0\n# mv *= 0.5\n# mv += 0.1\n"
assert (space["mv"], script["mv"]) == (0.6, 1.0)
script = "# %%\n# copy the weights\n# cat and dog images\n# Why?\n# a plain note\nx = 1\n"
cell = jupytext.reads(script, "py:percent").cells[0].source
print(cell)
assert cell == "copy the weights\ncat and dog images\nWhy?\n# a plain note\nx = 1"
PY
