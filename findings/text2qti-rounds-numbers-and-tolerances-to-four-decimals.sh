#!/usr/bin/env bash
# Guess: A numerical question with the answer "0.00025 +- 1%" accepts
#   0.0002475 to 0.0002525.
# Truth: All numbers are written to the quiz file with four decimals. The
#   key becomes 0.0003 with limits 0.0002 and 0.0003, so an answer 20 % off
#   is right. "0.1 +- 0.00001" has no tolerance left, and for "1.23456 +-
#   0.00002" the limits 1.2345 and 1.2346 are far wider. Only values below
#   0.0001 are refused.
# Versions: text2qti==0.8.0; Python 3.11
# Who is hurt, and what to do: Course teams with learning rates and small
#   probabilities in Canvas quizzes: wrong answers pass and near ones fail.
#   Ask for the answer in other units (times 1e-4).
# Seen: 2026-11-28
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet text2qti==0.8.0
export TZ=UTC HOME="$tmp" JUPYTER_PREFER_ENV_PATH=1 PATH="$tmp/v/bin:$PATH"
cd "$tmp"
cat > q.md <<'MD'
Quiz title: T

1. rate
=   0.00025 +- 1%

2. share
=   0.1 +- 0.00001

3. loss
=   1.23456 +- 0.00002
MD
text2qti q.md
python - <<'PY'
import re, zipfile
z = zipfile.ZipFile("q.zip")
text = "".join(z.read(n).decode() for n in z.namelist() if n.endswith(".xml"))
got = [tuple(re.findall(rf"<{tag} [^>]*>([^<]*)<", text)) for tag in ("varequal", "vargte", "varlte")]
for row in zip(("rate", "share", "loss"), *got): print("question, key, least, most:", row)
assert got[0] == ("0.0003", "0.1000", "1.2346"), got
assert got[1] == ("0.0002", "0.1000", "1.2345"), got
assert got[2] == ("0.0003", "0.1000", "1.2346"), got
PY
