#!/usr/bin/env bash
# Guess: A picture attached to a cell is embedded in the HTML page,
#   whichever way the cell shows it.
# Truth: Only the Markdown form ![x](attachment:p.png) is embedded. The HTML
#   form <img src="attachment:p.png" width="200">, which authors use to set
#   a size, keeps the address as it is, and the page shows a broken picture.
#   No warning is given.
# Versions: nbconvert==7.17.2 mistune==3.4.0 nbformat==5.11.1; Python 3.11
# Who is hurt, and what to do: Authors who resized a picture: students get a
#   page without it. Use the Markdown form, or put the picture in a file and
#   embed it.
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
import re
from nbconvert import HTMLExporter
from nbformat.v4 import new_markdown_cell, new_notebook
cell = new_markdown_cell("![x](attachment:p.png)\n\n<img src='attachment:p.png' width='200'>")
cell.attachments = {"p.png": {"image/png": "AAAA"}}
exporter = HTMLExporter(embed_images=True)
page, _ = exporter.from_notebook_node(new_notebook(cells=[cell]))
found = re.findall(r'<img[^>]* src="([^"]*)"', page)
print(found)
assert found == ["data:image/png;base64,AAAA", "attachment:p.png"]
PY
