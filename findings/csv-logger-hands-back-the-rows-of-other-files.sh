#!/usr/bin/env bash
# Guess: get_logs() of a CsvLogger of csv-logger hands back the rows of its
#   own file and of those that were rotated out of it, in the order in which
#   they were written. A text with a comma is quoted, as in any CSV. Without a
#   header the file has none.
# Truth: It reads every file whose name begins alike: the logger of loss.csv
#   hands back the rows of loss_val.csv as well, and first. Nothing is quoted:
#   ["Adam, small steps", 0.9] is written as three fields. Without a header,
#   the default, the first line of the file is "None", which pandas takes for
#   the header and get_logs for a row. There is no warning.
# Versions: csv-logger==1.3.0 pandas==3.1.1 numpy==2.4.6; Python 3.11
# Who is hurt, and what to do: Those who log training and validation side by
#   side: the last row of the one is the first of the other. Use one folder
#   for each logger, give a header, and write no commas.
# Seen: 2026-12-01
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    csv-logger==1.3.0 pandas==3.1.1 numpy==2.4.6
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
from importlib.metadata import version
from pathlib import Path

import pandas
from csv_logger import CsvLogger

print("csv-logger", version("csv-logger"))
header = ["epoch", "loss"]
for names in (("loss.csv", "loss_val.csv"), ("train.csv", "val.csv")):
    loggers = [CsvLogger(filename=name, fmt="%(message)s", header=header) for name in names]
    for epoch in range(3):
        loggers[0].info([epoch, 1.0 - epoch / 10])
        loggers[1].info([epoch, 2.0 - epoch / 10])
    rows = [logger.get_logs(evaluate=True) for logger in loggers]
    print(names[0], "hands back", rows[0])
    print(names[1], "hands back", rows[1])
    own, other = [[0, 1.0], [1, 0.9], [2, 0.8]], [[0, 2.0], [1, 1.9], [2, 1.8]]
    assert rows[1] == other
    assert rows[0] == (other + own if names[0] == "loss.csv" else own)

CsvLogger(filename="text.csv", fmt="%(message)s", header=["name", "accuracy"]).info(["Adam, small steps", 0.9])
text = Path("text.csv").read_text()
print(repr(text))
assert text == "name,accuracy\nAdam, small steps,0.9\n"
bare = CsvLogger(filename="bare.csv", fmt="%(message)s")
bare.info([0, 1.0])
print(repr(Path("bare.csv").read_text()), bare.get_logs())
assert Path("bare.csv").read_text() == "None\n0,1.0\n" and bare.get_logs()[0] == ["None"]
assert list(pandas.read_csv("bare.csv").columns) == ["None"]
PY
