#!/usr/bin/env bash
# Guess: ROUGE counts words as often as they occur: a text that says the
#   reference five times over has a ROUGE-1 precision of 0.2, and "the the
#   the the" has 0.25 where one "the" in four words is right. rouge gives
#   this, as rouge-score does.
# Truth: rouge takes the set of the words. The reference five times over has
#   a precision, a recall and an F of 1 in ROUGE-1 and ROUGE-L, and "the the
#   the the" has a precision of 1. A full stop ends a sentence wherever it
#   stands: "accuracy is 0.95" against "accuracy is 95.0" has a ROUGE-L of
#   1, where rouge-score gives 0.75. There is no warning.
# Versions: rouge==1.0.1 six==1.17.0 rouge-score==0.1.2 absl-py==2.5.1
#   nltk==3.10.4 numpy==2.4.6; Python 3.11
# Who is hurt, and what to do: Those who score generated text, which repeats
#   itself when a model or its sampling fails. Use rouge-score.
# Seen: 2026-11-30
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    rouge==1.0.1 six==1.17.0 rouge-score==0.1.2 absl-py==2.5.1 nltk==3.10.4 numpy==2.4.6
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
from rouge import Rouge
from rouge_score.rouge_scorer import RougeScorer

reference = "one cat sat on the mat"
pairs = {
    "said once": (reference, reference),
    "said five times": (" ".join([reference] * 5), reference),
    "the the the the": ("the the the the", reference),
    "another number": ("accuracy is 0.95", "accuracy is 95.0"),
}
seen = {}
for name, (text, target) in pairs.items():
    ours = Rouge().get_scores(text, target)[0]
    other = RougeScorer(["rouge1", "rougeL"]).score(target, text)
    seen[name] = [round(ours["rouge-1"]["p"], 3), round(ours["rouge-l"]["p"], 3)]
    seen[name] += [round(other["rouge1"].precision, 3), round(other["rougeL"].precision, 3)]
    print(f"{name:16} rouge: ROUGE-1 {seen[name][0]}, ROUGE-L {seen[name][1]}; rouge-score: {seen[name][2]}, {seen[name][3]}")
assert seen["said once"] == [1.0] * 4
assert seen["said five times"] == [1.0, 1.0, 0.2, 0.2]
assert seen["the the the the"] == [1.0, 1.0, 0.25, 0.25]
assert seen["another number"][:2] == [1.0, 1.0] and seen["another number"][3] < 1
PY
