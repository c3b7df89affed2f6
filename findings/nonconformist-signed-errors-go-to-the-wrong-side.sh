#!/usr/bin/env bash
# Guess: IcpRegressor of nonconformist with SignErrorErrFunc gives intervals
#   that hold 90 % of the targets at a significance of 0.1, as with
#   AbsErrorErrFunc. As it looks at the sign of the errors, it moves the
#   interval to where the targets lie for a model that is biased.
# Truth: It takes the prediction minus the target as the error and adds it to
#   the prediction: the interval lies on the other side. For a model that is
#   two standard deviations off 1 % of the targets are inside, and one
#   standard deviation off 35 %. Skewed errors have 85 %, with a wider
#   interval than that of the absolute errors. Asked for all significances at
#   once, the same model gives another interval at 0.1, with 95 %. No word is
#   said. Where the errors are symmetric about 0 it is right.
# Versions: nonconformist==2.1.0 numpy==2.4.6 scipy==1.17.1
#   scikit-learn==1.9.1; Python 3.11
# Who is hurt, and what to do: Those who show conformal prediction on skewed
#   or shifted data, for which this function is meant. Take AbsErrorErrFunc.
# Seen: 2026-12-01
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    nonconformist==2.1.0 numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import importlib.metadata as m
import numpy as np
from nonconformist.icp import IcpRegressor
from nonconformist.nc import AbsErrorErrFunc, NcFactory, SignErrorErrFunc
from sklearn.linear_model import LinearRegression
print(*(f"{p} {m.version(p)}" for p in ("nonconformist", "scikit-learn", "numpy")))
rng = np.random.default_rng(0)

def data(n, noise):
    x = rng.random((n, 1))
    return x, 3 * x[:, 0] + noise(n)

def about(bias):
    return lambda n: bias + rng.normal(0, 0.1, n)

def inside(error, train, later):
    """The shares of targets in the interval at 0.1, asked for alone and among all, and the mean width."""
    icp = IcpRegressor(NcFactory.create_nc(LinearRegression(), err_func=error()))
    icp.fit(*data(5000, train))
    icp.calibrate(*data(5000, later))
    x, y = data(20000, later)
    alone, among = icp.predict(x, significance=0.1), icp.predict(x)[:, :, 9]
    share = [round(float(np.mean((p[:, 0] <= y) & (y <= p[:, 1]))), 2) for p in (alone, among)]
    return *share, round(float(np.mean(alone[:, 1] - alone[:, 0])), 2)

seen = {}
for bias in (0, 0.1, 0.2, 1):
    for error in (AbsErrorErrFunc, SignErrorErrFunc):
        seen[bias, error] = inside(error, about(0), about(bias))
        print("bias", bias, error.__name__, seen[bias, error])
for error in (AbsErrorErrFunc, SignErrorErrFunc):
    seen["skewed", error] = inside(error, *[lambda n: rng.exponential(1, n)] * 2)
    print("skewed", error.__name__, seen["skewed", error])
assert 0.30 < seen[0.1, SignErrorErrFunc][0] < 0.42
assert seen[0.2, SignErrorErrFunc][0] < 0.03 and seen[0.2, SignErrorErrFunc][1] > 0.93
assert seen[1, SignErrorErrFunc][0] == 0
assert seen["skewed", SignErrorErrFunc][0] < 0.88
assert seen["skewed", SignErrorErrFunc][2] > seen["skewed", AbsErrorErrFunc][2] + 0.1
# Controls: absolute errors throughout, and signed ones without a bias.
assert all(abs(seen[k, AbsErrorErrFunc][0] - 0.9) < 0.025 for k in (0, 0.1, 0.2, 1, "skewed"))
assert abs(seen[0, SignErrorErrFunc][0] - 0.9) < 0.025
PY
