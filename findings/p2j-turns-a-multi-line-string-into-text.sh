#!/usr/bin/env bash
# Guess: p2j makes a notebook of a script with the code in code cells, and
#   p2j --reverse --overwrite writes the script of a notebook anew.
# Truth: A paragraph of code that begins with a string in triple quotes, as
#   in text = """...""", becomes a Markdown cell without the quotes; blank
#   lines are dropped and the first two characters of its last line too. The
#   notebook has no such variable. The other way, --overwrite appends: after
#   the second run the script holds the notebook twice, with the old cells.
#   Each <br> is taken out of the code. It says "written" and ends with
#   status 0.
# Versions: p2j==1.3.2; Python 3.11
# Who is hurt, and what to do: Those who turn scripts with prompts,
#   templates or queries into notebooks, or keep a script beside a notebook.
#   Use jupytext or nbconvert; delete the script before each run.
# Seen: 2026-11-30
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    p2j==1.3.2
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import json
import subprocess


def p2j(*arguments):
    subprocess.run(["p2j", *arguments], check=True)


with open("text.py", "w") as file:
    file.write('n = 1\n\ntext = """first\n\nsecond"""\n\nprint(text)\n')
p2j("text.py")
with open("text.ipynb") as file:
    cells = [(c["cell_type"], "".join(c["source"])) for c in json.load(file)["cells"]]
print(cells)
assert cells == [("code", "n = 1"), ("markdown", "text = \nfirst<br>\ncond\n"), ("code", "print(text)")]


def script(code, *options):
    cell = {"cell_type": "code", "source": [code], "metadata": {}, "outputs": []}
    with open("n.ipynb", "w") as file:
        json.dump({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 2}, file)
    p2j("--reverse", *options, "n.ipynb")
    with open("n.py") as file:
        return file.read()


first, second = script("print('a<br>b')"), script("print('new')", "--overwrite")
print("script:", repr(first), " after --overwrite with another cell:", repr(second))
assert first == "print('ab')" and second == first + "print('new')"
PY
