#!/usr/bin/env bash
# Guess: DDM of menelaus is the drift detection method as its docstring has
#   it: an alarm where the error rate and its deviation exceed the least rate
#   plus three of the least deviations. On a model whose error rate stays the
#   same it gives one alarm or none in a thousand examples.
# Truth: It gives about five at an error rate of 0.1, where the formula gives
#   one, and about five at 0.05 and three at 0.3. Its deviation is the root
#   of its own last root and one squared error, in place of that of p (1-p):
#   at a rate of 0.1 it falls to less than half of what it should be after
#   each right answer. The threshold is taken from the deviation of the
#   moment, not from the least one. Nothing is said.
# Versions: menelaus==0.2.0 numpy==2.4.6 pandas==3.1.1 scipy==1.17.1
#   scikit-learn==1.9.1; Python 3.11
# Who is hurt, and what to do: Those who retrain at each alarm, or compare
#   drift detectors with DDM as the known one. The formula is five lines.
# Seen: 2026-12-01
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    menelaus==0.2.0 numpy==2.4.6 pandas==3.1.1 scipy==1.17.1 scikit-learn==1.9.1
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import importlib.metadata as m
import numpy as np
from menelaus.concept_drift import DDM
print(*(f"{p} {m.version(p)}" for p in ("menelaus", "numpy", "pandas")))

def by_menelaus(wrong):
    detector, alarms = DDM(), []
    for i, one in enumerate(wrong):
        detector.update(y_true=0, y_pred=int(one))
        if detector.drift_state == "drift":
            alarms.append(i)
    return alarms

def by_the_docstring(wrong):
    alarms, start, least = [], 0, None
    for i in range(len(wrong)):
        n = i + 1 - start
        rate = wrong[start:i + 1].mean()
        deviation = np.sqrt(rate * (1 - rate) / n)
        if n < 30:
            continue
        if least is None or rate + deviation <= sum(least):
            least = rate, deviation
        if deviation > 0 and rate + deviation >= least[0] + 3 * least[1]:
            alarms.append(i)
            start, least = i + 1, None
    return alarms

seen = {}
for rate in (0.05, 0.1, 0.3):
    streams = [(np.random.default_rng(seed).random(1000) < rate).astype(int) for seed in range(20)]
    seen[rate] = [float(np.mean([len(f(s)) for s in streams])) for f in (by_menelaus, by_the_docstring)]
    print("error rate", rate, "throughout: alarms in 1000 examples, and by the docstring:", seen[rate])
assert 4 < seen[0.05][0] < 6 and 4 < seen[0.1][0] < 6 and 2 < seen[0.3][0] < 4
assert all(formula < 1.5 for _, formula in seen.values())

# The deviation after 200 examples of which each tenth is wrong.
detector = DDM()
deviations = []
for i in range(200):
    detector.update(y_true=0, y_pred=int(i % 10 == 0))
    deviations.append(float(detector._error_std))
print("deviation in its last ten steps:", [round(d, 4) for d in deviations[-10:]], " of p (1-p):", round((0.09 / 200) ** 0.5, 4))
assert deviations[-1] < 0.5 * (0.09 / 200) ** 0.5 and max(deviations[-10:]) > 2 * min(deviations[-10:])
# Control: a real change is found by both.
jump = (np.random.default_rng(0).random(1000) < np.repeat([0.1, 0.6], 500)).astype(int)
assert all(any(500 <= a < 560 for a in f(jump)) for f in (by_menelaus, by_the_docstring))
PY
