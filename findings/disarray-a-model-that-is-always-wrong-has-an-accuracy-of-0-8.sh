#!/usr/bin/env bash
# Guess: disarray makes metrics of a confusion matrix. Its micro-average of
#   the accuracy is the share of right predictions, as its micro-averages of
#   precision, recall and F1 are for a matrix with one label per example:
#   0 for a model that is never right, 0.1 for one that guesses one of ten.
# Truth: It is the mean over the classes of the accuracy of "this class or
#   another", and counts each of the many true negatives. With ten classes a
#   model that is never right has 0.8, guessing has 0.82, and a model that
#   is right in 90 of 100 cases has 0.98. In general it is 1 - 2 errors / k.
#   In one table of export_metrics the micro-averages are 0.0 for the
#   precision, the recall and the F1 and 0.8 for the accuracy. For two
#   classes all four agree. There is no warning.
# Versions: disarray==0.2.0 pandas==3.1.1 numpy==2.4.6 scikit-learn==1.9.1;
#   Python 3.11
# Who is hurt, and what to do: Those who put the row "accuracy" of the table
#   beside accuracies from Keras or scikit-learn. Take micro_recall.
# Seen: 2026-12-01
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    disarray==0.2.0 pandas==3.1.1 numpy==2.4.6 scikit-learn==1.9.1
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import disarray
import numpy as np
import pandas as pd
from sklearn.metrics import accuracy_score, confusion_matrix

print("disarray", disarray.__version__)
true = np.repeat(np.arange(10), 10)
never = (true + 1 + np.tile(np.arange(10) % 9, 10)) % 10
guess = np.tile(np.arange(10), 10)
good = np.where(np.arange(100) % 10 == 0, never, true)
for name, seen, share, told in (("never right", never, 0.0, 0.8), ("guessing", guess, 0.1, 0.82), ("good", good, 0.9, 0.98)):
    table = pd.DataFrame(confusion_matrix(true, seen)).da
    with np.errstate(all="ignore"):
        accuracy, recall, precision = table.micro_accuracy, table.micro_recall, table.micro_precision
    print(f"{name}: {accuracy_score(true, seen):.2f} right; micro accuracy {accuracy:.2f}, recall {recall:.2f}, precision {precision:.2f}")
    assert accuracy_score(true, seen) == share == recall == precision
    assert abs(accuracy - told) < 1e-12 and abs(accuracy - (1 - 2 * (1 - share) / 10)) < 1e-12
small = pd.DataFrame(confusion_matrix([0, 0, 0, 1, 1], [0, 0, 1, 0, 1])).da
print(f"two classes, 0.60 right: micro accuracy {small.micro_accuracy:.2f}, recall {small.micro_recall:.2f}")
assert small.micro_accuracy == small.micro_recall == 0.6
shown = pd.DataFrame(confusion_matrix(true, good)).da.export_metrics(["precision", "recall", "f1", "accuracy"])["micro-average"]
print(shown.round(2).to_dict())
assert shown.round(6).tolist() == [0.9, 0.9, 0.9, 0.98]
PY
