#!/usr/bin/env bash
# Guess: interact(f, lr=(0.0001, 0.01)) makes a slider whose step and number
#   format suit the range.
# Truth: The step is 0.1, ten times the whole range, and the readout shows
#   two decimals. The slider starts at the middle, 0.00505, shows 0.01, and
#   has no steps in between. interact(f, lr=0.001) makes a range from -0.001
#   to 0.003, so half the way down the rate is negative.
# Versions: ipywidgets==8.1.9 ipython==9.18.1 traitlets==5.16.1; Python 3.11
# Who is hurt, and what to do: Authors of quick demos on step size: the
#   slider looks broken, or trains with a negative rate. Pass a slider of
#   your own with step and readout_format, or three numbers (min, max,
#   step).
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
from ipywidgets import FloatSlider, interactive
def f(lr):
    pass
def slider(arg):
    s = interactive(f, lr=arg).children[0]
    assert isinstance(s, FloatSlider)
    print(arg, "->", s.min, s.max, "step", s.step, "value", s.value,
          "shown as", format(s.value, s.readout_format))
    return s
s = slider((0.0001, 0.01))
assert s.step == 0.1 > s.max - s.min
assert abs(s.value - 0.00505) < 1e-12 and format(s.value, s.readout_format) == "0.01"
t = slider(0.001)
assert (t.min, t.max) == (-0.001, 0.003)
assert slider((0.0001, 0.01, 0.0001)).step == 0.0001
PY
