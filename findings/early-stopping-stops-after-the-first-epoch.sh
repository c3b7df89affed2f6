#!/usr/bin/env bash
# Guess: EarlyStopping(depth=5, ignore=0) of early-stopping looks at the last
#   five losses and ends the training if they are strictly increasing, as its
#   docstring says of the default method. One falling loss, or a loss that
#   stays the same, ends nothing.
# Truth: It does not wait for five losses. One loss alone counts as
#   increasing, so check is True in the first epoch after those ignored:
#   with ignore=0 after the first. With ignore=1, 2 or 3 it is True after
#   epoch 2, 3 or 4 if the few losses so far did not fall, whatever the
#   depth. And equal losses count as increasing: a loss of 0.0, as that of a
#   solved task, or one rounded to a few places, ends the training. With
#   ignore as large as depth - 1 and losses that differ it does as it says.
# Versions: early-stopping==0.1.3; Python 3.11
# Who is hurt, and what to do: Those who compare models by the epoch they
#   stopped at: some were trained once. Give ignore at least depth - 1.
# Seen: 2026-12-01
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check early-stopping==0.1.3
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
from importlib.metadata import version

from early_stopping import EarlyStopping

print("early-stopping", version("early-stopping"))


def stops(losses, depth=5, ignore=0):
    """The epoch, counted from 1, that ends the training, or None."""
    stopper = EarlyStopping(depth=depth, ignore=ignore)
    return next((epoch for epoch, loss in enumerate(losses, 1) if stopper.check(loss)), None)


falling = [1 / epoch for epoch in range(1, 31)]
u = falling[:10] + [0.1 + 0.01 * i for i in range(1, 11)]
bump = [1.0, 1.1] + [1 / epoch for epoch in range(2, 30)]
flat = [1.0, 0.5, 0.25] + [0.125] * 10
for name, losses, ignore, seen in (
    ("falling all the time", falling, 4, None),
    ("down to epoch 10, then up", u, 4, 14),
    ("falling all the time", falling, 0, 1),
    ("down to epoch 10, then up", u, 0, 1),
    ("up once, in epoch 2, then down", bump, 4, None),
    ("up once, in epoch 2, then down", bump, 1, 2),
    ("down to epoch 4, then equal", flat, 4, 8),
):
    epoch = stops(losses, ignore=ignore)
    print(f"depth=5, ignore={ignore}, loss {name}: stops after epoch {epoch}")
    assert epoch == seen
assert [stops(falling, depth) for depth in (2, 5, 100)] == [1, 1, 1]
assert "strictly increasing" in EarlyStopping.__init__.__doc__
PY
