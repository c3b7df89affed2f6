#!/usr/bin/env bash
# Guess: FloatLogSlider(value=1e-3) starts at 0.001, or raises because the
#   value is out of range.
# Truth: The limits are powers of ten and default to 0 and 4, that is 1 to
#   10000. A value below is moved to the limit without a word: 1e-3 becomes
#   1.0. IntSlider(value=500) becomes 100 in the same silent way. Giving
#   min=1e-5 does not help: it means 10 ** 0.00001.
# Versions: ipywidgets==8.1.9 ipython==9.18.1 traitlets==5.16.1; Python 3.11
# Who is hurt, and what to do: Students whose learning rate is a thousand
#   times too large from the first run. Give the powers:
#   FloatLogSlider(value=1e-3, min=-5, max=0), and check .value.
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
from ipywidgets import FloatLogSlider, IntSlider
a = FloatLogSlider(value=1e-3).value
b = FloatLogSlider(value=1e-3, min=1e-5, max=1e-1).value
c = FloatLogSlider(value=1e-3, min=-5, max=0).value
d = IntSlider(value=500).value
print("default limits:", a, "| min=1e-5:", b, "| min=-5:", c, "| IntSlider(500):", d)
assert a == 1.0
assert 1.0 < b < 1.0001
assert c == 1e-3
assert d == 100
PY
