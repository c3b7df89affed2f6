#!/usr/bin/env bash
# Guess: Two prices written as \$5 and \$10 in a Markdown cell stay prices
#   in the HTML page.
# Truth: The backslashes are gone in the HTML. The page holds "$5 and $10"
#   in plain text, and its MathJax setup reads single dollars as maths, so
#   "5 and " is set as a formula. The page with and without the backslashes
#   is the same.
# Versions: nbconvert==7.17.2 mistune==3.4.0 nbformat==5.11.1; Python 3.11
# Who is hurt, and what to do: Readers of exported handouts: prices and
#   budgets turn into run-together italics. Write the price in a code span
#   or as an HTML element, <span>$</span>5, or use a word for the currency.
# Seen: 2026-11-28
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet nbconvert==7.17.2 mistune==3.4.0 \
  nbformat==5.11.1
export TZ=UTC HOME="$tmp" JUPYTER_PREFER_ENV_PATH=1 PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python - <<'PY'
from nbconvert import HTMLExporter
from nbconvert.filters import markdown2html
from nbformat.v4 import new_markdown_cell, new_notebook
escaped = markdown2html(r"It costs \$5 and \$10 a day, with $x_1$.")
plain = markdown2html("It costs $5 and $10 a day, with $x_1$.")
print(escaped)
assert escaped == "<p>It costs $5 and $10 a day, with $x_1$.</p>\n"
assert escaped == plain
page, _ = HTMLExporter().from_notebook_node(
    new_notebook(cells=[new_markdown_cell(r"It costs \$5 and \$10 a day.")]))
setup = [line.strip() for line in page.splitlines() if "inlineMath" in line]
print(setup)
assert "<p>It costs $5 and $10 a day.</p>" in page
assert setup and "['$','$']" in setup[0].replace('"', "'").replace(", '", ",'"), setup
PY
