#!/usr/bin/env bash
# Guess: get_quantile_recalibrator of the uncertainty toolbox moves the
#   quantiles of a biased regression to where they hold: on the data that it
#   was fitted to, half of the targets lie below the recalibrated median.
# Truth: It counts the targets above the predicted quantile, mirrored, and
#   takes them for those below. Predictions that are 0.7 standard deviations
#   too high have 75 % of the targets below their median; after
#   recalibration it is 92 %, and the 10 % quantile has 54 % below it.
#   Without a bias nothing is wrong, and the calibration errors, which take
#   absolute values, are hardly changed. No word is said.
# Versions: uncertainty-toolbox==0.1.1 numpy==2.4.6 scipy==1.17.1
#   scikit-learn==1.9.1 matplotlib==3.11.2 tqdm==4.70.1; Python 3.11
# Who is hurt, and what to do: Those who recalibrate the quantiles of a
#   network whose errors have a mean other than 0 or are skewed. Give the
#   function -y_pred and -y_true to fit it, or check the coverage
#   afterwards. get_interval_recalibrator is right for centred intervals.
# Seen: 2026-11-30
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    uncertainty-toolbox==0.1.1 numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1 matplotlib==3.11.2 \
    tqdm==4.70.1
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import numpy as np
import uncertainty_toolbox as uct

rng = np.random.default_rng(0)
mean, std = rng.normal(size=5000), np.ones(5000)
seen = {}
for name, bias in (("too high", 0.7), ("without bias", 0.0)):
    y = mean - bias + rng.normal(size=5000)
    recalibrated = uct.recalibration.get_quantile_recalibrator(mean, std, y)
    mirrored = uct.recalibration.get_quantile_recalibrator(-mean, std, -y)
    for q in (0.1, 0.5, 0.9):
        before = np.mean(y <= uct.metrics_calibration.get_quantile(mean, std, q))
        after = np.mean(y <= recalibrated(mean, std, q))
        right = np.mean(y <= mirrored(mean, std, q))
        counted = uct.metrics_calibration.get_proportion_under_quantile(mean, std, y, q)
        seen[name, q] = before, after, right, counted
        print(f"{name:12} {q}: below before {before:.3f}, after {after:.3f}, mirrored {right:.3f}; reported before {counted:.3f}")
for q in (0.1, 0.5, 0.9):
    before, after, right, counted = seen["too high", q]
    assert before > q + 0.05 and after > before, q
    assert abs(right - q) < 0.02
    assert counted < q - 0.05
    assert abs(seen["without bias", q][1] - q) < 0.03
assert abs(seen["too high", 0.5][1] - 0.92) < 0.02 and abs(seen["too high", 0.1][1] - 0.54) < 0.03
PY
