#!/usr/bin/env bash
# One would guess: EventAccumulator reads back all 1000 scalar points of a
#   log from TensorFlow 2 (or from tensorboard.summary.Writer), under
#   Scalars, where its default limit is 10000.
# What happens: These scalars are stored as tensors. Tags() shows no
#   scalars, and Tensors() keeps 10 points, chosen at random (always the
#   last). The curve has the right range and looks fine.
#   size_guidance={'scalars': 0} does not help; {'tensors': 0} does.
# Versions: tensorboard 2.21.0, protobuf 7.36.2, numpy 2.4.6, setuptools
#   65.5.0; Python 3.11.
# Who is hurt, what to do: Those who pull curves into pandas for a report:
#   minima, smoothing and areas come from ten points. Pass
#   size_guidance={'tensors': 0} and check the count.
# Date seen: 2026-11-28
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    tensorboard==2.21.0 protobuf==7.36.2 numpy==2.4.6 setuptools==65.5.0
"$work/venv/bin/python" -W ignore - <<'PY'
from tensorboard.summary import Writer
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
w = Writer("logs")
for i in range(1000):
    w.add_scalar("loss", 1.0 / (i + 1), step=i)
w.flush()
w.close()
def read(**k):
    ea = EventAccumulator("logs", **k).Reload()
    return ea.Tags()["scalars"], [t.step for t in ea.Tensors("loss")]
scalars, steps = read()
_, more = read(size_guidance={"scalars": 0})
_, full = read(size_guidance={"tensors": 0})
print("scalar tags:", scalars, " steps kept:", steps)
print("with scalars=0:", len(more), " with tensors=0:", len(full))
assert scalars == [] and len(steps) == 10 and steps[-1] == 999
assert len(more) == 10 and len(full) == 1000
PY
