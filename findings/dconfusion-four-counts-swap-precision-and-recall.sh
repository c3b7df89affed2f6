#!/usr/bin/env bash
# Guess: DConfusion(true_positive=..., false_negative=..., false_positive=...,
#   true_negative=...) and DConfusion(confusion_matrix=...) of the same
#   predictions are the same object. The macro and weighted means fit the
#   single metrics, and from_dict(to_dict()) gives back what was saved.
# Truth: The four counts are stored as [[TP, FP], [FN, TN]], the matrix is
#   read with the true classes as rows and the positive one last. So
#   get_precision and get_recall are right, while get_class_metrics and
#   get_macro_metrics give the precision for the recall and the recall for
#   the precision, and the weighted precision is wrong (0.85 for 0.88). The
#   class labelled 1 is the negative one. Saved and read back, by dictionary
#   or CSV file, true positives and true negatives have changed places: the
#   recall falls from 0.83 to 0.60. Before that, print shows the right
#   table. No word is said.
# Versions: dconfusion==1.1.1 numpy==2.4.6 scipy==1.17.1 matplotlib==3.11.2
#   scikit-learn==1.9.1; Python 3.11
# Who is hurt, and what to do: Those who take the four counts from a paper
#   or a Keras metric and report macro means, or keep results in files.
#   Give confusion_matrix=[[TN, FP], [FN, TP]].
# Seen: 2026-12-01
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    dconfusion==1.1.1 numpy==2.4.6 scipy==1.17.1 matplotlib==3.11.2 scikit-learn==1.9.1
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH" MPLBACKEND=agg
cd "$tmp"
python -W ignore - <<'PY'
from importlib.metadata import version

from dconfusion import DConfusion
from sklearn.metrics import precision_recall_fscore_support

tp, fn, fp, tn = 50, 10, 2, 15
counts = DConfusion(true_positive=tp, false_negative=fn, false_positive=fp, true_negative=tn)
matrix = DConfusion(confusion_matrix=[[tn, fp], [fn, tp]])
true, seen = [1] * (tp + fn) + [0] * (fp + tn), [1] * tp + [0] * fn + [1] * fp + [0] * tn
print("dconfusion", version("dconfusion"))


def close(a, b):
    return abs(a - b) < 1e-12


for name, one in (("matrix", matrix), ("counts", counts)):
    print(f"{name}: precision {one.get_precision():.3f}, recall {one.get_recall():.3f}, accuracy {one.get_accuracy():.3f}")
    assert close(one.get_precision(), 50 / 52) and close(one.get_recall(), 50 / 60) and close(one.get_accuracy(), 65 / 77)

for mean in ("macro", "weighted"):
    p, r, *_ = precision_recall_fscore_support(true, seen, average=mean)
    for name, one in (("matrix", matrix), ("counts", counts)):
        got = getattr(one, f"get_{mean}_metrics")()
        a, b = got[f"{mean}_precision"], got[f"{mean}_recall"]
        print(f"{mean} of the {name}: precision {a:.3f}, recall {b:.3f}; by scikit-learn {p:.3f} and {r:.3f}")
        if name == "matrix":
            assert close(a, p) and close(b, r)
        elif mean == "macro":
            assert close(a, r) and close(b, p) and abs(p - r) > 0.05
        else:
            assert round(a, 2) == 0.85 and round(p, 2) == 0.88 and close(b, r)
one = counts.get_class_metrics(class_label=1)
print(f"class 1 of the counts: precision {one['precision']:.3f}, recall {one['recall']:.3f}")
assert close(one["precision"], tn / (tn + fp)) and close(one["recall"], tn / (tn + fn))
one = matrix.get_class_metrics(class_label=1)
assert close(one["precision"], 50 / 52) and close(one["recall"], 50 / 60)

counts.to_csv("saved.csv")
for name, back in (("from_dict", DConfusion.from_dict(counts.to_dict())), ("from_csv", DConfusion.from_csv("saved.csv"))):
    print(f"counts by {name}: {back.get_binary_values()}, recall {back.get_recall():.3f}")
    assert back.get_binary_values() == {"TP": tn, "FN": fn, "FP": fp, "TN": tp} and close(back.get_recall(), 15 / 25)
assert DConfusion.from_dict(matrix.to_dict()).get_binary_values() == matrix.get_binary_values() == counts.get_binary_values()
PY
