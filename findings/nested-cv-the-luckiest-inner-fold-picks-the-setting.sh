#!/usr/bin/env bash
# Guess: NestedCV(model, grid, outer_kfolds=5, inner_kfolds=10) of nested-cv
#   picks the setting with the best mean over the ten inner folds, as
#   scikit-learn's GridSearchCV does within cross_val_score. Where it drops
#   features recursively, the outer model has the features that were kept.
# Truth: The best single score of all settings and inner folds decides, the
#   first seen among equals. A fold of eight examples that are all right by
#   luck is enough: one neighbour (accuracy 0.71) is picked 13 times in 50
#   where 25 have 0.81; GridSearchCV picks it once. best_inner_score_list has
#   these best folds: 1.0, with 0.79 in the outer folds, and 0.9 for labels
#   from a coin. The features are dropped for the inner scores only; the
#   outer model has all. No word is said.
# Versions: nested-cv==0.916 scikit-learn==1.9.1 numpy==2.4.6 scipy==1.17.1
#   pandas==3.1.1 matplotlib==3.11.2; Python 3.11
# Who is hurt, and what to do: Those who tune by it: the outer scores are
#   those of a badly tuned model. Use cross_val_score of a GridSearchCV.
# Seen: 2026-12-01
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    nested-cv==0.916 scikit-learn==1.9.1 numpy==2.4.6 scipy==1.17.1 pandas==3.1.1 matplotlib==3.11.2
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH" MPLBACKEND=agg
cd "$tmp"
python -W ignore - <<'PY'
from importlib.metadata import version

import numpy as np
from nested_cv import NestedCV
from sklearn.linear_model import LinearRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier

print("nested-cv", version("nested-cv"))
rng = np.random.default_rng(0)
x = rng.normal(size=(100, 1))
y = np.where(rng.random(100) < 0.15, x[:, 0] <= 0, x[:, 0] > 0).astype(int)
grid = {"n_neighbors": [1, 25]}
options = {"metric": accuracy_score, "metric_score_indicator_lower": False}
np.random.seed(0)
picked, theirs, outer, best = [], [], [], []
for repeat in range(10):
    np.random.seed(repeat)
    search = NestedCV(KNeighborsClassifier(), grid, 5, 10, cv_options=options)
    search.fit(x, y)
    picked += [p["n_neighbors"] for p in search.best_inner_params_list]
    outer.append(np.mean(search.outer_scores))
    best += search.best_inner_score_list
    for train, _ in KFold(5, shuffle=True, random_state=repeat).split(x):
        inner = GridSearchCV(KNeighborsClassifier(), grid, scoring="accuracy", cv=KFold(10, shuffle=True, random_state=0))
        theirs.append(inner.fit(x[train], y[train]).best_params_["n_neighbors"])
scores = [cross_val_score(KNeighborsClassifier(k), x, y, cv=KFold(10, shuffle=True, random_state=0)).mean() for k in (1, 25)]
print(f"accuracy with 1 neighbour {scores[0]:.2f}, with 25 {scores[1]:.2f}")
print(f"1 is picked by nested-cv {picked.count(1)} times in {len(picked)}, by GridSearchCV {theirs.count(1)} times;",
      f"inner scores {np.mean(best):.2f}, outer {np.mean(outer):.2f} on average")
assert scores[1] > scores[0] + 0.08 and len(picked) == len(theirs) == 50
assert picked.count(1) >= 12 and theirs.count(1) <= 3 and np.mean(best) > 0.95
coin = NestedCV(KNeighborsClassifier(), {"n_neighbors": [1, 3, 5, 7, 9]}, 5, 10, cv_options=options)
coin.fit(rng.normal(size=(100, 1)), rng.integers(0, 2, 100))
print("labels from a coin: inner", coin.best_inner_score_list, " outer", coin.outer_scores)
assert np.mean(coin.best_inner_score_list) > 0.8 and np.mean(coin.outer_scores) < 0.65

features = rng.normal(size=(60, 20))
dropping = NestedCV(LinearRegression(), {"fit_intercept": [True]}, 3, 3,
                    cv_options={"recursive_feature_elimination": True, "rfe_n_features": 1})
dropping.fit(features, 3 * features[:, 0] + rng.normal(size=60))
print("features of the outer model:", dropping.model.n_features_in_)
assert dropping.model.n_features_in_ == 20
PY
