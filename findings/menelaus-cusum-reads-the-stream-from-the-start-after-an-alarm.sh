#!/usr/bin/env bash
# Guess: CUSUM of menelaus watches a stream, here the loss of a model. After
#   an alarm it takes the last 30 values as the new normal and goes on with
#   the values that come in: a second jump gives a second alarm, and a level
#   that stays gives no more than two or three.
# Truth: After an alarm it adds up the values from the start of the stream
#   again, in place of those that come in. A loss that jumps from 1 to 6 and
#   then to a thousand gets one alarm, and the second jump none in 400
#   values. A loss that jumps early and then stays gets an alarm every 31
#   values for hundreds of values. Nothing is said. Up to the first alarm it
#   is right, and so is a new detector made after each alarm.
# Versions: menelaus==0.2.0 numpy==2.4.6 pandas==3.1.1 scipy==1.17.1
#   scikit-learn==1.9.1; Python 3.11
# Who is hurt, and what to do: Those who show or compare drift detectors on
#   more than one change, or retrain at each alarm. Make a new CUSUM after
#   each alarm, with target and sd_hat from the last values.
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
from menelaus.change_detection import CUSUM
print(*(f"{p} {m.version(p)}" for p in ("menelaus", "numpy", "pandas")))
settings = dict(threshold=10, delta=0.5, burn_in=30)

def one_detector(stream):
    detector, alarms = CUSUM(target=1, sd_hat=1, **settings), []
    for i, value in enumerate(stream):
        detector.update(value)
        if detector.drift_state == "drift":
            alarms.append(i)
    return alarms

def a_new_one_each_time(stream):
    detector, alarms = CUSUM(target=1, sd_hat=1, **settings), []
    for i, value in enumerate(stream):
        detector.update(value)
        if detector.drift_state == "drift":
            alarms.append(i)
            last = stream[i - 29:i + 1]
            detector = CUSUM(target=last.mean(), sd_hat=last.std(), **settings)
    return alarms

rng = np.random.default_rng(0)
def level(mean, n):
    return mean + rng.normal(0, 1, n)

twice = np.concatenate([level(1, 500), level(6, 100), level(1000, 300)])
print("1, from 500 on 6, from 600 on 1000:", one_detector(twice), " new detectors:", a_new_one_each_time(twice))
assert one_detector(twice) == [501]
second = a_new_one_each_time(twice)
assert second[0] == 501 and any(600 <= i <= 632 for i in second)

once = np.concatenate([level(1, 200), level(6, 1000)])
many, few = one_detector(once), a_new_one_each_time(once)
print("1, from 200 on 6:", len(many), "alarms,", many[:6], "...  new detectors:", few)
assert len(many) == 27 and {b - a for a, b in zip(many[1:], many[2:])} == {31}
assert len(few) <= 3 and few[-1] < 400
# Control: no change, no alarm.
assert one_detector(level(1, 1000)) == []
PY
