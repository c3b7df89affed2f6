#!/usr/bin/env bash
# Guess: moodle-xml-parser reads the gaps of a Cloze question as Moodle does:
#   kind, weight, answers and their shares. The weight may be left out, the
#   kinds include MULTICHOICE_S and _V, and a share may be negative or have
#   decimals. Text comes out as the HTML that Moodle has.
# Truth: In {:SHORTANSWER:=Adam~SGD} the kind is UNKNOWN, and the first answer
#   is ":SHORTANSWER:=Adam" with a share of 0, so that the gap has no right
#   answer. {1:MULTICHOICE_S:=Adam~SGD} fares alike. Of %-50%SGD and
#   %33.33333%SGD the share is 0 and the mark stays in the answer, and an
#   answer with an escaped "~" becomes two. HTML is unescaped once too
#   often: "the tag &lt;b&gt;" starts bold print, and in "x&lt;y" the rest is
#   a tag. Gaps with a weight, a plain kind and whole shares are right.
#   Nothing is printed, though faulty gaps are meant to be.
# Versions: moodle-xml-parser==0.3.1; Python 3.11
# Who is hurt, and what to do: Those who move a bank of questions to another
#   quiz or count its points. Look for UNKNOWN and for gaps that no answer
#   of 100 fits.
# Seen: 2026-12-01
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check moodle-xml-parser==0.3.1
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python - <<'PY'
import contextlib
import io
import warnings
from importlib.metadata import version

from moodle_xml_parser.parser import parse_string

warnings.simplefilter("error")
print("moodle-xml-parser", version("moodle-xml-parser"))


def read(kind, html):
    xml = (f'<quiz><question type="{kind}"><name><text>n</text></name><questiontext format="html">'
           f"<text><![CDATA[<p>{html}</p>]]></text></questiontext></question></quiz>")
    with contextlib.redirect_stdout(io.StringIO()) as said:
        (question,) = parse_string(xml)[kind]
    assert said.getvalue() == ""
    return question


def gaps(html):
    return [(g.sub_type, g.sub_grade, [(o.answer, o.score) for o in g.options]) for g in read("cloze", html).gaps]


for text, seen in (
    ("{1:SHORTANSWER:=Adam~%50%SGD}", [("SHORTANSWER", 1, [("Adam", 100), ("SGD", 50)])]),
    ("{2:NUMERICAL:=0.5:0.01}", [("NUMERICAL", 2, [("0.5:0.01", 100)])]),
    ("{:SHORTANSWER:=Adam~SGD}", [("UNKNOWN", 1, [(":SHORTANSWER:=Adam", 0), ("SGD", 0)])]),
    ("{1:MULTICHOICE_S:=Adam~SGD}", [("UNKNOWN", 1, [("1:MULTICHOICE_S:=Adam", 0), ("SGD", 0)])]),
    ("{1:MC:=Adam~%-50%SGD}", [("MC", 1, [("Adam", 100), ("%-50%SGD", 0)])]),
    ("{1:MC:=Adam~%33.33333%SGD}", [("MC", 1, [("Adam", 100), ("%33.33333%SGD", 0)])]),
    (r"{1:MC:=x \~ N(0, 1)~x = 1}", [("MC", 1, [("x \\", 100), ("N(0, 1)", 0), ("x = 1", 0)])]),
):
    print(repr(text), "->", gaps(text))
    assert gaps(text) == seen
for html, seen in (("<b>One</b> gap", "<p><b>One</b> gap</p>"), ("the tag &lt;b&gt; if x&lt;y", "<p>the tag <b> if x<y</p>")):
    for kind in ("cloze", "multichoice"):
        assert read(kind, html).text_pre_parse == seen
    print(repr(html), "->", repr(seen))
PY
