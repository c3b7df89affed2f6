#!/usr/bin/env bash
# Guess: A metric of permetrics that is not defined on the data, as a
#   share of a target that is 0, is NaN or infinite, or raises an error.
# Truth: force_finite is on, and puts a fixed number in its place, another
#   for each metric. For constant targets the root relative squared error
#   is 0.0, the best there is, however far off the predictions are. One
#   more example with target 0, predicted faultlessly, takes the MAPE from
#   10 to 1. Constant predictions have a Pearson correlation of -1, the
#   worst, and a Kullback-Leibler divergence can be -1, below its least
#   value. Only NumPy's warning about the division is seen.
# Versions: permetrics==2.1.0 numpy==2.4.6 scipy==1.17.1 pandas==3.1.1;
#   Python 3.11
# Who is hurt, and what to do: Those who average metrics over folds,
#   series or outputs, one of which is constant or has a zero. Give
#   force_finite=False.
# Seen: 2026-11-29
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check permetrics==2.1.0 \
  numpy==2.4.6 scipy==1.17.1 pandas==3.1.1
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import numpy as np
from permetrics import RegressionMetric
def metric(name, y, p):
    m = RegressionMetric(np.array(y, float), np.array(p, float))
    values = [float(getattr(m, name)(force_finite=f)) for f in (True, False)]
    print(name.ljust(32), "as given:", values[0], " force_finite=False:", values[1])
    return values
with np.errstate(all="ignore"):
    rrse = metric("root_relative_squared_error", [5, 5, 5], [90, 80, 70])
    some = metric("mean_absolute_percentage_error", [1, 1, 2], [9, 9, 30])
    zero = metric("mean_absolute_percentage_error", [1, 1, 2, 0], [9, 9, 30, 0])
    r = metric("pearson_correlation_coefficient", [1, 2, 3], [2, 2, 2])
    kl = metric("kullback_leibler_divergence", [0.5, 0.5, 0], [0.4, 0.3, 0.3])
assert rrse[0] == 0.0 and np.isinf(rrse[1])
assert some[0] == 10.0 and zero[0] == 1.0 and np.isnan(zero[1])
assert r[0] == -1.0 and np.isnan(r[1])
assert kl[0] == -1.0 and np.isnan(kl[1])
PY
