#!/usr/bin/env bash
# Guess: docutils turns \hat{y}_i into a y with a hat and a small i at its
#   lower right, as LaTeX and MathJax do.
# Truth: The MathML is one "munderover": the i sits right under the y, as
#   under a sum sign. It is so for all accents with an index (bar, tilde,
#   vec, dot) and inside extra braces, while an exponent and \mathbf{x}_i
#   are right. No warning is given.
# Versions: docutils==0.22.4; Python 3.11
# Who is hurt, and what to do: Readers of course pages built with plain
#   docutils: predictions and means look like limits. Write y_i under the
#   accent, \hat{y_i}, or switch math_output to MathJax.
# Seen: 2026-11-28
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet docutils==0.22.4
export TZ=UTC HOME="$tmp" JUPYTER_PREFER_ENV_PATH=1 PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python - <<'PY'
import docutils.core, re
def mathml(tex):
    body = docutils.core.publish_parts(f":math:`{tex}`", writer_name="html5",
        settings_overrides={"report_level": 1, "halt_level": 2})["body"]
    got = re.sub(r">\s+<", "><", body.strip())
    got = re.sub(r"</?(p|math)\b[^>]*>", "", got)
    print(tex.ljust(28), got)
    return got

for tex, base, mark in ((r"\hat{y}_i", "y", "ˆ"), (r"\bar{x}_i", "x", "ˉ"), (r"{\hat{y}}_i", "y", "ˆ")):
    got = mathml(tex)
    assert got == f'<munderover><mi>{base}</mi><mi>i</mi><mo stretchy="false">{mark}</mo></munderover>', got
assert mathml(r"\mathbf{x}_i").startswith("<msub>")
assert mathml(r"\hat{y}^2").startswith("<msup><mover")
assert mathml(r"\hat{y_i}").startswith('<mover accent="true"><msub>')
PY
