#!/usr/bin/env bash
# Guess: A due date of "2026-11-28 11:59 PM" means one minute to midnight,
#   and "2026-11-28 12:00 +0100" means 11:00 UTC.
# Truth: With two spaces in the text the third word is always taken as a
#   time zone. PM is no known zone, so it is dropped: the date becomes 11:59
#   in the morning. "+0100" becomes an offset of 100 seconds, and unknown
#   zone names (PST) count as UTC. The T form "2026-11-28T12:00+0100" is
#   read rightly.
# Versions: nbgrader==0.9.6 nbconvert==7.17.2 nbclient==0.11.0
#   nbformat==5.11.1 ipykernel==7.4.0 ipython==9.18.1 jupyter_client==8.10.0
#   traitlets==5.16.1 python-dateutil==4.0.0 SQLAlchemy==2.1.9; Python 3.11
# Who is hurt, and what to do: Students marked late twelve hours early, when
#   the date comes from a form or a CSV. Give due dates as ISO text with T
#   and an offset, or as datetime objects.
# Seen: 2026-11-28
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet nbgrader==0.9.6 nbconvert==7.17.2 \
  nbclient==0.11.0 nbformat==5.11.1 ipykernel==7.4.0 ipython==9.18.1 \
  jupyter_client==8.10.0 traitlets==5.16.1 python-dateutil==4.0.0 \
  SQLAlchemy==2.1.9
export TZ=UTC HOME="$tmp" JUPYTER_PREFER_ENV_PATH=1 PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python - <<'PY'
from nbgrader.api import Gradebook
from nbgrader.utils import parse_utc
expect = {
    "2026-11-28 11:59 PM": "2026-11-28 11:59:00",
    "2026-11-28 12:00 +0100": "2026-11-28 11:58:20",
    "2026-11-28 12:00 -0800": "2026-11-28 12:13:20",
    "2026-11-28 12:00 PST": "2026-11-28 12:00:00",
    "2026-11-28T12:00+0100": "2026-11-28 11:00:00",
    "2026-11-28 12:00 Europe/Berlin": "2026-11-28 11:00:00",
}
for text, want in expect.items():
    got = str(parse_utc(text))
    print(text.ljust(32), "->", got)
    assert got == want, (text, got)
with Gradebook("sqlite:///g.db") as gb:
    gb.add_assignment("a1", duedate="2026-11-28 11:59 PM")
    gb.add_student("s1")
    gb.add_submission("a1", "s1", timestamp="2026-11-28T20:00:00")
    late = gb.find_submission("a1", "s1").total_seconds_late
print("handed in at 20:00, seconds late:", late)
assert late == 28860.0
PY
