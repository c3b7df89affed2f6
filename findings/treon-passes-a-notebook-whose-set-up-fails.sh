#!/usr/bin/env bash
# Guess: treon runs the unittest classes of a notebook and passes it if all
#   tests pass. One whose setUpClass fails, as where it builds a model that
#   the notebook does not have, has failed. What the tests print changes
#   nothing.
# Truth: It asks how many tests were run. Where setUpClass of the only class
#   fails that is none, and the notebook passes without a word, with the exit
#   status 0: none of its tests has run. With setUp in its place it fails.
#   For the rest it looks for OK in the last 25 characters of the output,
#   where what the tests print comes last. A failed test that prints "shapes
#   OK" passes, and a right one that prints its loss fails.
# Versions: treon==0.1.4 docopt==0.6.2 nbconvert==7.17.2 nbclient==0.11.0
#   nbformat==5.11.1 ipykernel==7.4.0 ipython==9.18.1; Python 3.11
# Who is hurt, and what to do: Those who check or grade notebooks with it.
#   Build the model in setUp, let no test print, and have a cell of your own
#   that runs unittest and raises where it did not succeed.
# Seen: 2026-12-01
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    docopt==0.6.2 nbconvert==7.17.2 nbclient==0.11.0 nbformat==5.11.1 ipykernel==7.4.0 ipython==9.18.1
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check --no-deps treon==0.1.4
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH" IPYTHONDIR="$tmp/ipython" JUPYTER_PLATFORM_DIRS=1
cd "$tmp"
python -W ignore - <<'PY'
import subprocess
from importlib.metadata import version

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

print("treon", version("treon"))
head = "import unittest\n\n\nclass Check(unittest.TestCase):\n"
wrong = "    def test_shape(self):\n        self.assertEqual((2, 3), (3, 2))\n"
right = wrong.replace("(3, 2)", "(2, 3)")
no_model = "(thing):\n        thing.model = build_model()\n\n"
tests = {
    "right": right,
    "wrong": wrong,
    "setUp fails": "    def setUp" + no_model + wrong,
    "setUpClass fails": "    @classmethod\n    def setUpClass" + no_model + wrong,
    "wrong, prints OK": wrong.replace("        self", "        print('shapes OK')\n        self"),
    "right, prints": right.replace("        self", "        print('the mean loss over all batches is 0.25')\n        self"),
}
seen = {}
for name, test in tests.items():
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(new_notebook(cells=[new_code_cell(head + test)], metadata={"kernelspec": kernel}), "check.ipynb")
    run = subprocess.run(["treon", "--threads=1", "check.ipynb"], capture_output=True, text=True)
    verdict = [line.split()[-1] for line in run.stderr.splitlines() if line.startswith("check.ipynb ")]
    assert len(set(verdict)) == 1, run.stderr
    seen[name] = verdict[0], run.returncode
    print(f"{name:17} {verdict[0]}, exit status {run.returncode}")
    assert ("build_model" in run.stderr) == (name == "setUp fails")
assert seen["right"] == ("PASSED", 0)
assert seen["wrong"][0] == seen["setUp fails"][0] == "FAILED" and seen["wrong"][1] != 0
assert seen["setUpClass fails"] == ("PASSED", 0)
assert seen["wrong, prints OK"] == ("PASSED", 0)
assert seen["right, prints"][0] == "FAILED" and seen["right, prints"][1] != 0
PY
