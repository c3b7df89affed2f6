#!/usr/bin/env bash
# Guess: A text that equals its reference has the best score: 1 in NLTK's
#   sentence_bleu with any of its smoothing methods, and 1 in its
#   sentence_chrf. sacrebleu gives 100 of 100 for both.
# Truth: With the smoothing methods 5 and 7 the BLEU is 1.12, above the
#   best, and 0.95 instead of 0.85 for a text that lacks the last word. The
#   chrF of "cat" and "cat" is 0.5, of "no" and "no" 0.33: n-grams longer
#   than the text count as missed. Two short texts that are both right have
#   0.5 in corpus_chrf too. There is no warning.
# Versions: nltk==3.10.4 sacrebleu==2.6.0; Python 3.11
# Who is hurt, and what to do: Those who mark short answers or translations
#   of single words, and those who report a smoothed BLEU beside one of
#   another library. Use smoothing method 1, 3 or 4, and sacrebleu for chrF.
# Seen: 2026-11-30
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    nltk==3.10.4 sacrebleu==2.6.0
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import sacrebleu
from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu
from nltk.translate.chrf_score import corpus_chrf, sentence_chrf
text, short = "the cat sat on the mat today", "the cat sat on the mat"
def bleu(hypothesis):
    return [round(sentence_bleu([text.split()], hypothesis.split(),
                                smoothing_function=getattr(SmoothingFunction(), f"method{i}")), 2) for i in range(1, 8)]
print("BLEU, equal, smoothing 1 to 7:        ", bleu(text), " sacrebleu:", round(sacrebleu.sentence_bleu(text, [text]).score))
print("BLEU, last word left out, smoothing 1 to 7:", bleu(short))
assert bleu(text) == [1.0, 1.0, 1.0, 1.0, 1.12, 1.0, 1.12]
assert bleu(short)[0] == bleu(short)[3] == 0.85 and bleu(short)[4] == bleu(short)[6] == 0.95
for word, seen in (("no", 0.33), ("cat", 0.5), ("mouse", 0.83), ("kitten", 1.0)):
    own, other = sentence_chrf(word, word), sacrebleu.sentence_chrf(word, [word]).score
    print("chrF of", word, "and itself:", round(own, 2), " sacrebleu:", round(other))
    assert round(own, 2) == seen and round(other) == 100
assert corpus_chrf(["cat", "dog"], ["cat", "dog"]) == 0.5
PY
