#!/usr/bin/env bash
# Guess: A Markdown table row with a cell too few or too many is filled up
#   or cut, as common Markdown tables do.
# Truth: The whole table becomes one paragraph of bars and dashes, the good
#   rows too. A formula with bars, $|x|$, counts as extra cells and does the
#   same.
# Versions: nbconvert==7.17.2 mistune==3.4.0; Python 3.11
# Who is hurt, and what to do: Authors whose table looks right in the editor
#   and is rubble in the handout. Count the cells of each row; write \lvert
#   x \rvert or \vert in formulas.
# Seen: 2026-11-28
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet nbconvert==7.17.2 mistune==3.4.0
export TZ=UTC HOME="$tmp" JUPYTER_PREFER_ENV_PATH=1 PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python - <<'PY'
from nbconvert.filters import markdown2html
HEAD = "| a | b |\n|---|---|\n| 1 | 2 |\n"
def is_table(last):
    html = markdown2html(HEAD + last)
    print(repr(last).ljust(32), "table" if "<table>" in html else repr(html))
    return "<table>" in html
assert is_table("| 3 | 4 |")
assert is_table(r"| $\lvert x \rvert$ | 4 |")
assert not is_table("| 3 |")
assert not is_table("| 3 | 4 | 5 |")
assert not is_table("| $|x|$ | 4 |")
PY
