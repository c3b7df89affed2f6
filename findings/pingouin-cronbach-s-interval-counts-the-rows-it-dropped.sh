#!/usr/bin/env bash
# Guess: pingouin.cronbach_alpha(data, nan_policy='listwise'), which removes
#   the rows with missing values, gives the same alpha and the same interval
#   as data.dropna() does.
# Truth: The alpha is the same, the interval is not: the number of rows is
#   taken before they are removed. With 20 complete rows of 100 the 95 %
#   interval is 0.80 to 0.89 where that of the 20 is 0.71 to 0.93, less than
#   half as wide. There is no warning.
# Versions: pingouin==0.7.0 numpy==2.4.6 scipy==1.17.1 pandas==3.1.1
#   scikit-learn==1.9.1 statsmodels==0.15.0 seaborn==0.13.2
#   matplotlib==3.11.2 pandas-flavor==0.8.1 tabulate==0.10.0; Python 3.11
# Who is hurt, and what to do: Those who report the reliability of an exam
#   or a questionnaire with gaps. Call it with data.dropna().
# Seen: 2026-11-30
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    pingouin==0.7.0 numpy==2.4.6 scipy==1.17.1 pandas==3.1.1 scikit-learn==1.9.1 \
    statsmodels==0.15.0 seaborn==0.13.2 matplotlib==3.11.2 pandas-flavor==0.8.1 tabulate==0.10.0
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import numpy as np
import pandas as pd
import pingouin as pg

rng = np.random.default_rng(0)
scores = pd.DataFrame(rng.normal(size=(100, 1)) + rng.normal(size=(100, 5)))
scores.iloc[:80, 0] = np.nan
listwise, interval = pg.cronbach_alpha(scores, nan_policy="listwise")
dropped, right = pg.cronbach_alpha(scores.dropna())
print("listwise", round(listwise, 4), interval, " dropna()", round(dropped, 4), right)
assert listwise == dropped
assert interval.tolist() == [0.795, 0.89] and right.tolist() == [0.708, 0.932]
PY
