#!/usr/bin/env bash
# Guess: BetaCalibration().fit(p, y) of betacal leaves the warnings of the
#   rest of the program as they are.
# Truth: It puts an "ignore" for all warnings in front of Python's filters,
#   and leaves it there. After the first fit np.log(0) gives -inf without a
#   word, scikit-learn's fits that did not converge are not told, and a
#   warning of your own is not shown. A catch_warnings around the fit holds
#   it in.
# Versions: betacal==1.1.0 numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1;
#   Python 3.11
# Who is hurt, and what to do: Those who calibrate in the middle of a
#   notebook or a pipeline: what goes wrong later is not seen. Put the fit
#   into "with warnings.catch_warnings():".
# Seen: 2026-11-30
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    betacal==1.1.0 numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import warnings

import numpy as np
from betacal import BetaCalibration

warnings.resetwarnings()
warnings.simplefilter("always")


def told():
    with warnings.catch_warnings(record=True) as heard:
        np.log(np.zeros(1))
        warnings.warn("of my own")
    return [str(w.message) for w in heard]


rng = np.random.default_rng(0)
p = rng.random(200)
y = (rng.random(200) < p).astype(int)
before = told()
with warnings.catch_warnings():
    BetaCalibration().fit(p, y)
held = told()
BetaCalibration().fit(p, y)
after = told()
print("before", before, " fit inside catch_warnings", held, " after a fit", after)
assert len(before) == len(held) == 2 and after == []
PY
