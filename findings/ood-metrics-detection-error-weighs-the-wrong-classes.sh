#!/usr/bin/env bash
# Guess: ood_metrics.detection_error is the probability of a wrong decision
#   at a true positive rate of 95 % or more, as its docstring says: the
#   share of the positives that are missed and of the negatives that are
#   taken, each by how many there are. calc_metrics takes labels of 0 and 1
#   or of -1 and 1.
# Truth: The missed positives are weighted with the share of the negatives,
#   and the other way round. For 900 known images and 100 strange ones the
#   least share of wrong decisions is 0.05, and detection_error says 0.19;
#   for 10 known and 990 strange ones 0.21 of the decisions are wrong, and
#   it says 0.002. With as many of each it is right. With labels of -1 and
#   1, which its docstring allows, aupr_out is 0.5 whatever the scores are,
#   and the others are right. Only scikit-learn's warning that there is no
#   positive class is seen.
# Versions: ood-metrics==1.1.2 scikit-learn==1.7.2 numpy==1.26.4
#   scipy==1.15.3 matplotlib==3.10.8; Python 3.11
# Who is hurt, and what to do: Those who compare detectors of strange inputs
#   on sets of other sizes than the known one, as is usual. Take as many of
#   each, or work it out from scikit-learn's roc_curve.
# Seen: 2026-11-30
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check ood-metrics==1.1.2 scikit-learn==1.7.2 \
    numpy==1.26.4 scipy==1.15.3 matplotlib==3.10.8
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import numpy as np
from ood_metrics import calc_metrics, detection_error
from sklearn.metrics import average_precision_score, roc_curve


def sets(known, strange, seed=0):
    rng = np.random.default_rng(seed)
    return np.r_[rng.normal(1, 1, known), rng.normal(-1, 1, strange)], np.r_[np.ones(known, int), np.zeros(strange, int)]


def wrong(scores, labels):
    """The smallest share of wrong decisions with at least 95 % of the known images kept."""
    decided = [scores >= t for t in np.unique(scores)]
    return min(float(np.mean(d != labels)) for d in decided if d[labels == 1].mean() >= 0.95)


for known, strange in ((900, 100), (500, 500), (10, 990)):
    scores, labels = sets(known, strange)
    seen, true = float(detection_error(scores, labels)), wrong(scores, labels)
    print(f"{known} known, {strange} strange: detection_error {seen:.3f}, share of wrong decisions {true:.3f}")
    if known == strange:
        assert abs(seen - true) < 1e-9
    else:
        assert abs(seen - true) > 0.1
scores, labels = sets(900, 100)
for shift in (0, 3):
    zeros, signs = (calc_metrics(scores + shift * labels, y) for y in (labels, 2 * labels - 1))
    print("aupr_out with labels 0 and 1: %.3f, with -1 and 1: %.3f; auroc: %.3f, %.3f" % (zeros["aupr_out"], signs["aupr_out"], zeros["auroc"], signs["auroc"]))
    assert signs["aupr_out"] == 0.5 and zeros["aupr_out"] > 0.7 and zeros["auroc"] == signs["auroc"]
PY
