#!/usr/bin/env bash
# Guess: add_answer(33.33333, ...), a share that Moodle knows and whose
#   parameter is documented as float, is written as 33.33333.
# Truth: Each share is cut to a whole number: 33.33333 becomes 33,
#   16.66667 becomes 16, and -12.5 becomes -12. These are not among the
#   shares that Moodle takes. Three right answers add up to 99, so no
#   student gets full marks, or the import refuses the question.
# Versions: moodle-questions==0.2.1; Python 3.11
# Who is hurt, and what to do: Authors of questions with three or six
#   right answers. Set the fraction of the answer after adding it:
#   question.answers[-1].fraction = 33.33333.
# Seen: 2026-11-29
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check moodle-questions==0.2.1
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
from moodle_questions import MultipleChoiceQuestion
from xml.etree import ElementTree
def written(*shares, later=False):
    q = MultipleChoiceQuestion(name="q", question_text="t", default_mark=1)
    for s in shares:
        q.add_answer(s, "a", "")
        if later:
            q.answers[-1].fraction = s
    return [a.get("fraction") for a in q._to_xml_element().iter("answer")]
thirds, others = written(33.33333, 33.33333, 33.33333), written(16.66667, 83.33333, -12.5)
print("thirds:", thirds, " others:", others)
assert thirds == ["33"] * 3 and others == ["16", "83", "-12"]
assert written(33.33333, later=True) == ["33.33333"]
PY
