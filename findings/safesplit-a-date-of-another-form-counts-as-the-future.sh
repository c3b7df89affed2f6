#!/usr/bin/env bash
# Guess: safe_split(df, time_col="date") trains on the past and tests on the
#   future, as its documentation says, whatever form the dates have that
#   pandas reads; a date that it cannot read is an error.
# Truth: The form is guessed from the first date. Each date of another form
#   becomes none at all, and rows without a date are put at the end, with
#   the future. Where every tenth time stamp has an hour, 16 of 40 test rows
#   are from the past, the oldest from the first week, and the training set
#   holds the rows after them. Dates like 13/01/2024 from 1 January on are
#   read with the month first: those after the 12th of a month are lost, the
#   others change days and months, and the training set reaches to the last
#   week. With group_col beside time_col the groups are on both sides. There
#   is no warning. Dates of one form, numbers and time stamps of pandas are
#   split as said.
# Versions: safesplit==0.3.0 pandas==3.1.1 numpy==2.4.6; Python 3.11
# Who is hurt, and what to do: Those who took it to keep the future out of
#   training. Make the column time stamps with a stated form first.
# Seen: 2026-12-01
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check safesplit==0.3.0 pandas==3.1.1 numpy==2.4.6
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python - <<'PY'
import warnings

import pandas as pd
import safesplit

warnings.simplefilter("error")
print("safesplit", safesplit.__version__)
days = pd.date_range("2024-01-01", periods=200, freq="D")


def split(dates, **how):
    table = pd.DataFrame({"date": dates, "day": range(200), "patient": [i % 7 for i in range(200)]})
    return safesplit.safe_split(table, test_size=0.2, time_col="date", **how)


iso = [t.strftime("%Y-%m-%d") for t in days]
hours = [t.strftime("%Y-%m-%d %H:%M") if i % 10 == 5 else iso[i] for i, t in enumerate(days)]
local = [t.strftime("%d/%m/%Y") for t in days]
gap = [None if i == 3 else t for i, t in enumerate(iso)]
stated = pd.to_datetime(pd.Series(local), format="%d/%m/%Y")
for name, dates, seen in (
    ("2024-01-13", iso, (160, 159, 0)),
    ("time stamps", days, (160, 159, 0)),
    ("13/01/2024, form stated", stated, (160, 159, 0)),
    ("some with an hour", hours, (5, 177, 16)),
    ("13/01/2024", local, (136, 193, 16)),
    ("one left empty", gap, (3, 160, 1)),
):
    train, test = split(dates)
    got = (int(test.day.min()), int(train.day.max()), int((test.day < 160).sum()))
    print(f"{name}: test from day {got[0]}, training up to day {got[1]}; {got[2]} of {len(test)} test rows are from the past")
    assert len(test) == 40 and got == seen
train, test = split(iso, group_col="patient")
print("with group_col, patients on both sides:", len(set(train.patient) & set(test.patient)), "of 7")
assert set(train.patient) == set(test.patient)
PY
