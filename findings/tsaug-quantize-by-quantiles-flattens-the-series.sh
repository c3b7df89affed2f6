#!/usr/bin/env bash
# Guess: tsaug.Quantize(n_levels=4, how="quantile") moves each value of a
#   series to the middle of its quarter: a quarter of the values on each of
#   four levels. how="uniform" cuts the range into four equal parts.
# Truth: The shares are divided by 100 where NumPy's percentile wants them
#   multiplied: all quantiles lie in the lowest hundredth of a percent. Of
#   0, 1, ... 99 the first becomes 0.0037, the other 99 become 0.0087. Any
#   series comes out as a flat line at its minimum, and its class label
#   stays. With how="uniform", the default, values are rounded where they
#   should be cut: the lowest level gets half a part, the highest one and a
#   half, and values rise by a tenth of the range on average. Nothing is
#   said.
# Versions: tsaug==0.2.1 numpy==2.4.6 scipy==1.17.1; Python 3.11
# Who is hurt, and what to do: Those who augment time series for a network:
#   it is taught that a flat line is of every class. Use numpy.quantile and
#   numpy.digitize.
# Seen: 2026-11-30
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check tsaug==0.2.1 numpy==2.4.6 scipy==1.17.1
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import numpy as np
import tsaug

ramp = np.arange(100.0)
sine = 5 + 3 * np.sin(np.arange(400) / 20)
for name, series in (("0 to 99", ramp), ("a sine", sine)):
    flat = tsaug.Quantize(n_levels=4, how="quantile").augment(series)
    levels, counts = np.unique(flat, return_counts=True)
    print(f"{name}: from {series.min():.2f} to {series.max():.2f}; by quantiles:", levels.round(4).tolist(), counts.tolist())
    assert np.ptp(flat) < 1e-3 * np.ptp(series) and flat.max() - series.min() < 1e-3 * np.ptp(series)
fine = np.arange(10000) / 9999
levels, counts = np.unique(tsaug.Quantize(n_levels=4).augment(fine), return_counts=True)
shift = float(np.mean(tsaug.Quantize(n_levels=4).augment(fine) - fine))
print("uniform, four levels of 10000 even values:", levels.tolist(), counts.tolist(), f" mean shift {shift:.3f}")
assert np.abs(counts - [1250, 2500, 2500, 3750]).max() < 5 and np.allclose(levels, [0.125, 0.375, 0.625, 0.875])
assert abs(shift - 0.094) < 1e-3
PY
