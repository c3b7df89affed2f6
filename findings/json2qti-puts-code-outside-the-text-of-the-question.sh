#!/usr/bin/env bash
# Guess: json2qti writes each question and choice as HTML inside mattext,
#   escaped once for the XML: a reader that takes the text gets it whole,
#   with `code` marked and a < shown as <.
# Truth: Only the <p> tags are escaped so. A <code> or <pre> tag is left as
#   an element of the XML, outside the text of mattext. A reader that takes
#   the text gets "<p>What does " for a question with code in it, and the
#   choices `True` and `False` are both "<p>". Elsewhere a < is escaped for
#   the XML and not for the HTML, so "a<b" starts bold print. No warning is
#   given.
# Versions: json2qti==1.3.0; Python 3.11
# Who is hurt, and what to do: Authors of questions about programs, where
#   most choices are code. Write the quiz without back quotes, and < as
#   &lt;, or look at each question after the import.
# Seen: 2026-11-29
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    json2qti==1.3.0
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import json
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from html.parser import HTMLParser

quiz = {"Week 1": {"What does `x<y` give for 1, 2?": ["`True`", "`False`"], "Is a<b for 1, 2?": ["Yes", "No"]}}
with open("quiz.json", "w") as file:
    json.dump(quiz, file)
subprocess.run([sys.executable, "-m", "json2qti", "quiz.json"], check=True)
with zipfile.ZipFile("quiz.zip") as archive:
    name = next(n for n in archive.namelist() if not n.endswith("meta.xml"))
    root = ET.fromstring(archive.read(name))
texts = [m.text for m in root.iterfind(".//{*}presentation/{*}material/{*}mattext")]
choices = [m.text for m in root.iterfind(".//{*}response_label/{*}material/{*}mattext")]
print("questions:", texts)
print("choices:", choices)
assert texts == ["<p>What does ", "<p>Is a<b for 1, 2?</p>"]
assert choices[:2] == ["<p>", "<p>"] and sorted(choices[2:]) == ["<p>No</p>", "<p>Yes</p>"]
tags = []
reader = HTMLParser()
reader.handle_starttag = lambda tag, attributes: tags.append(tag)
reader.feed(texts[1])
print("tags of the second question:", tags)
assert tags == ["p", "b"]
PY
