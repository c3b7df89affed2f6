#!/usr/bin/env bash
# Guess: moocloze.Multichoice writes each answer as one option of Moodle's
#   Cloze format, whatever is in its text, since it alone knows the
#   format.
# Truth: No character is escaped. The answer "x ~ N(0, 1)" becomes two
#   options, and only "x" is right. A wrong answer that begins with =
#   ("=5") is a right one, and one that begins with %50% earns half. A }
#   in an answer, as in $w_{t+1}$, ends the field there. There is no error
#   at export, and Moodle reads most of it without one.
# Versions: moocloze==1.0.2; Python 3.11
# Who is hurt, and what to do: Authors of quizzes with distributions,
#   formulas or code: right answers are marked wrong. Put a backslash
#   before ~ = # } and / in each text.
# Seen: 2026-11-29
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check moocloze==1.0.2
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import re
from moocloze import Multichoice
def options(field):
    """The options of a Cloze field as Moodle's documentation defines them: (text, share of the points)."""
    body = re.match(r"\{1:MULTICHOICE:((?:\\.|[^\\}])*)\}", str(field)).group(1)
    found = []
    for part in re.split(r"(?<!\\)~", body):
        share = re.match(r"=|%(-?\d+)%", part)
        points = 0 if share is None else int(share.group(1) or 100)
        found.append((re.sub(r"\\(.)", r"\1", part[share.end() if share else 0:]).strip(), points))
    return found
tilde = Multichoice("x ~ N(0, 1)", ["constant"])
equal = Multichoice("4", ["=5"])
share = Multichoice("all", ["%50% of the units"])
brace = Multichoice("$w_{t+1}$", ["$w_{t}$"])
for field in (tilde, equal, share, brace):
    print(str(field).ljust(46), options(field))
assert options(tilde) == [("constant", 0), ("x", 100), ("N(0, 1)", 0)]
assert options(equal) == [("4", 100), ("5", 100)]
assert options(share) == [("of the units", 50), ("all", 100)]
assert options(brace) == [("$w_{t+1", 100)]
escaped = Multichoice(r"x \~ N(0, 1)", [r"\=5"])
assert options(escaped) == [("=5", 0), ("x ~ N(0, 1)", 100)]
PY
