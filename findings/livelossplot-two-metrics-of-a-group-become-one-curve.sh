#!/usr/bin/env bash
# Guess: PlotLosses(groups={"errors": ["loss", "mae", "val_loss",
#   "val_mae"]}) of livelossplot draws four curves in one plot and prints the
#   least and the greatest value of each.
# Truth: It draws two. With validation data each metric is renamed to
#   "training" or "validation", and of a group one curve of each name is
#   kept, the last: the plot "errors" has the mae, under the name "training",
#   and the loss is nowhere, neither drawn nor printed. Without validation
#   data both are there by name. auto_generate_metric_to_name=False, which
#   should turn the renaming off, is never looked at. from_step=-3, "only this
#   many last steps", shows four. There is no warning.
# Versions: livelossplot==0.6.1 matplotlib==3.11.2 bokeh==3.9.2
#   ipython==9.18.1 numpy==2.4.6; Python 3.11
# Who is hurt, and what to do: Those who show two losses, or two heads of a
#   model, in one plot: the curve called training is one of them. Give
#   metric_to_name with a name of its own for every metric.
# Seen: 2026-12-01
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    livelossplot==0.6.1 matplotlib==3.11.2 bokeh==3.9.2 ipython==9.18.1 numpy==2.4.6
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH" MPLBACKEND=agg MPLCONFIGDIR="$tmp" IPYTHONDIR="$tmp/ipython"
cd "$tmp"
python -W ignore - <<'PY'
from importlib.metadata import version

import matplotlib.pyplot as plt
from livelossplot import PlotLosses

print("livelossplot", version("livelossplot"))
finals = {"loss": 0.4, "mae": 0.1, "val_loss": 0.8, "val_mae": 0.5}


def curves(names, **options):
    plot = PlotLosses(groups={"errors": names}, mode="script", **options)
    for epoch in range(6):
        plot.update({name: finals[name] + (5 - epoch) / 100 for name in names})
    plot.send()
    lines = plt.gcf().axes[0].get_lines()
    return {line.get_label(): (round(float(line.get_ydata()[-1]), 2), len(line.get_ydata())) for line in lines}


seen = {
    "without validation": curves(["loss", "mae"]),
    "with validation": curves(list(finals)),
    "names given": curves(list(finals), metric_to_name={name: name + "_" for name in finals}),
    "renaming off": curves(list(finals), auto_generate_metric_to_name=False),
    "last three steps": curves(["loss", "mae"], from_step=-3),
}
for name, found in seen.items():
    print(f"{name}: (last value, points) {found}")
assert seen["without validation"] == {"loss": (0.4, 6), "mae": (0.1, 6)}
assert seen["with validation"] == {"training": (0.1, 6), "validation": (0.5, 6)}
assert seen["names given"] == {name + "_": (final, 6) for name, final in finals.items()}
assert seen["renaming off"] == seen["with validation"]
assert seen["last three steps"] == {"loss": (0.4, 4), "mae": (0.1, 4)}
PY
