#!/usr/bin/env bash
# Guess: docutils either sets \operatorname*{argmin}_\theta as a named
#   operator or warns that it does not know the starred form.
# Truth: It takes the star for the name: the page shows an upright *, then
#   the product a r g m i n in italics with the index at the side. There is
#   no warning at the strictest level. The form without a star is right.
# Versions: docutils==0.22.4; Python 3.11
# Who is hurt, and what to do: Readers of course pages: the most common
#   definition of training shows a stray star and a product of six letters.
#   Write \underset{\theta}{\operatorname{argmin}} for the index below.
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

star = mathml(r"\operatorname*{argmin}_\theta")
assert star.startswith('<mi mathvariant="normal">*</mi>')
assert "".join(f"<mi>{c}</mi>" for c in "argmin") in star
assert mathml(r"\operatorname{argmin}_\theta") == (
    '<msub><mi mathvariant="normal">argmin</mi><mi>θ</mi></msub>')
assert '<munder><mrow><mi mathvariant="normal">argmin</mi>' in mathml(
    r"\underset{\theta}{\operatorname{argmin}}")
PY
