#!/usr/bin/env bash
# Guess: Giving a Dropdown a longer list of options keeps the chosen value,
#   since the value is still in the list.
# Truth: Setting options always goes back to the first option and calls the
#   observers as if the user had chosen it. SelectMultiple drops its whole
#   choice, to an empty tuple.
# Versions: ipywidgets==8.1.9 ipython==9.18.1 traitlets==5.16.1; Python 3.11
# Who is hurt, and what to do: Course panels that add a finished run or a
#   new checkpoint to a list: the model shown changes under the student.
#   Save .value before, set it again after, and hold the observers
#   meanwhile.
# Seen: 2026-11-28
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet ipywidgets==8.1.9 ipython==9.18.1 \
  traitlets==5.16.1
export TZ=UTC HOME="$tmp" JUPYTER_PREFER_ENV_PATH=1 PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python - <<'PY'
from ipywidgets import Dropdown, SelectMultiple
seen = []
d = Dropdown(options=["epoch 1", "epoch 2"], value="epoch 2")
d.observe(lambda change: seen.append((change["old"], change["new"])), "value")
d.options = ["epoch 1", "epoch 2", "epoch 3"]
print(d.value, seen)
assert d.value == "epoch 1"
assert seen == [("epoch 2", "epoch 1")]
m = SelectMultiple(options=["a", "b"], value=["b"])
m.options = ["a", "b", "c"]
print(m.value)
assert m.value == ()
PY
