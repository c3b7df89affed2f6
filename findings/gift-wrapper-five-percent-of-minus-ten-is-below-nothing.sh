#!/usr/bin/env bash
# Guess: gift-wrapper turns the numerical solution {value: -10, error: 5%}
#   into one that takes -10.5 to -9.5, and writes the text of an answer so
#   that GIFT reads it as text.
# Truth: The tolerance is 5 % of the value with its sign: -10:-0.5, an
#   interval that begins at -9.5 and ends at -10.5. No number lies in it,
#   not even -10. For +10 and for an error of 0.5 the file is right. Of the
#   characters that mean something to GIFT only those in formulas are
#   escaped: the wrong answer "x ~ N(0, 1)" becomes two answers, and "a{i} =
#   3" has an unescaped brace. The file is written without a word.
# Versions: gift-wrapper==1.8.1 colorama==0.4.6 paramiko==5.1.0
#   PyYAML==6.0.4 tqdm==4.70.1; Python 3.11
# Who is hurt, and what to do: Authors of numerical questions with results
#   below 0, such as gradients and log-likelihoods. Give the error as a
#   number, and write a backslash before ~ = { and } in texts.
# Seen: 2026-11-30
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    gift-wrapper==1.8.1 colorama==0.4.6 paramiko==5.1.0 PyYAML==6.0.4 tqdm==4.70.1
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import re
import subprocess

with open("bank.yaml", "w") as file:
    file.write("""
pictures base directory: pictures
categories:
  - name: week
    questions:
      - {class: Numerical, name: below, statement: s, solution: {value: -10, error: 5%}}
      - {class: Numerical, name: above, statement: s, solution: {value: 10, error: 5%}}
      - {class: Numerical, name: number, statement: s, solution: {value: -10, error: 0.5}}
      - {class: MultipleChoice, name: choice, statement: s, answers: {perfect: y, wrong: ["x ~ N(0, 1)", "a{i} = 3"]}}
""")
subprocess.run(["wrap.py", "--embed-images", "--no-checks"], check=True, capture_output=True)
with open("bank.gift.txt") as file:
    text = file.read()
solutions = dict(re.findall(r"::(\w+)::.*?=%100%([^#]*)#", text, re.S))
answers = [line.strip() for line in text.split("::choice::")[1].splitlines() if line.startswith("\t")]
print("solutions:", solutions)
print("answers:", answers)
assert solutions["below"] == "-10:-0.5" and solutions["above"] == "10:0.5" and solutions["number"] == "-10:0.5"
assert answers == ["=y", "~x ~ N(0, 1)", "~a{i} = 3"]
PY
