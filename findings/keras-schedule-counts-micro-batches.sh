#!/usr/bin/env bash
# Guess: With gradient_accumulation_steps=4 a learning rate schedule
#   advances once an update, as optimizer.iterations does, and use_ema
#   averages once an update.
# Truth: optimizer.iterations counts updates, but the schedule gets the
#   number of micro-batches: it runs four times as fast. A boundary after
#   4 updates is passed after 1. The moving average of use_ema takes a
#   step with each micro-batch as well, so it forgets four times as fast.
#   No word is said.
# Versions: keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
#   scipy==1.17.1 h5py==3.14.0 ml_dtypes==0.6.0 optree==0.20.0; Python
#   3.11
# Who is hurt, and what to do: Those who use accumulation to imitate a
#   larger batch: warm-up and decay are over after a quarter of the
#   training. Multiply the schedule's steps by the number of
#   micro-batches, and take its root for ema_momentum.
# Seen: 2026-11-29
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check keras==3.15.1 jax==0.10.2 \
  jaxlib==0.10.2 numpy==2.4.6 scipy==1.17.1 h5py==3.14.0 \
  ml_dtypes==0.6.0 optree==0.20.0
export TZ=UTC HOME="$tmp" KERAS_BACKEND=jax KERAS_HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import keras, numpy as np
def train(accumulate, updates, **settings):
    v = keras.Variable(np.zeros(1, "float32"))
    o = keras.optimizers.SGD(gradient_accumulation_steps=accumulate, **settings)
    o.build([v])
    for _ in range(updates * (accumulate or 1)):
        o.apply([np.ones(1, "float32")], [v])
    return o, float(v.numpy()[0])
schedule = lambda: keras.optimizers.schedules.PiecewiseConstantDecay([4], [1.0, 0.0])
for accumulate, moved in ((None, -5.0), (2, -2.0), (4, -1.0)):
    o, value = train(accumulate, 8, learning_rate=schedule())
    print("accumulate:", accumulate, " iterations:", int(o.iterations), " moved:", value)
    assert int(o.iterations) == 8 and value == moved
averages = []
for accumulate in (None, 4):
    o, value = train(accumulate, 4, learning_rate=1.0, use_ema=True, ema_momentum=0.5)
    averages.append(float(o._model_variables_moving_average[0].numpy()[0]))
    assert value == -4.0
print("moving average of the same four updates:", averages)
assert averages[0] == -3.125 and abs(averages[1] + 3.467) < 0.001
PY
