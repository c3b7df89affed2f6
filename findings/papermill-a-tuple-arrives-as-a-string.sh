#!/usr/bin/env bash
# Guess: A tuple given as a parameter from Python arrives in the notebook as
#   a tuple, or at least as a list. A dict keeps its integer keys.
# Truth: A tuple is written as a quoted string: size=(224, 224) arrives as
#   "(224, 224)", of length 10, and shape[0] is a bracket. The same goes for
#   tuples inside lists. Keys of a dict become strings, so names[0] is a
#   KeyError. The record in the metadata of the output shows a list, as if
#   all were well.
# Versions: papermill==2.7.0 nbformat==5.11.1 nbclient==0.11.0
#   ipykernel==7.4.0; Python 3.11
# Who is hurt, and what to do: Teachers who run one lesson with several
#   settings: image sizes and class names arrive as text, and "for s in
#   size" still runs. Pass lists, and lists of pairs in place of dicts.
# Seen: 2026-11-28
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet papermill==2.7.0 nbformat==5.11.1 \
  nbclient==0.11.0 ipykernel==7.4.0
export TZ=UTC HOME="$tmp" JUPYTER_PREFER_ENV_PATH=1 PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python - <<'PY'
import nbformat, papermill
from nbformat.v4 import new_code_cell, new_notebook
p = new_code_cell("size = None; kernels = None; names = None; steps = None")
p.metadata.tags = ["parameters"]
c = new_code_cell("print(repr(size), len(size), kernels, names, steps)")
nb = new_notebook(cells=[p, c])
nb.metadata.kernelspec = dict(name="python3", display_name="Python 3", language="python")
nbformat.write(nb, "in.ipynb")
papermill.execute_notebook("in.ipynb", "out.ipynb", progress_bar=False, parameters=dict(
    size=(224, 224), kernels=[(3, 3)], names={0: "cat"}, steps=[1, 2]))
out = nbformat.read("out.ipynb", 4)
text = out.cells[-1].outputs[0].text.strip()
print(text)
print("recorded:", out.metadata.papermill.parameters)
assert text == """'(224, 224)' 10 ['(3, 3)'] {'0': 'cat'} [1, 2]""", text
assert out.metadata.papermill.parameters["size"] == [224, 224]
PY
