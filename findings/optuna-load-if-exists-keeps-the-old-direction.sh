#!/usr/bin/env bash
# One would guess: create_study(direction='maximize', load_if_exists=True)
#   on a stored study made with 'minimize' raises an error or warns that the
#   directions differ.
# What happens: It returns the old study with direction MINIMIZE. The
#   argument is ignored; only a note says that an existing study is used.
#   best_value is then the lowest accuracy, and the sampler searches for it.
# Versions: optuna 5.0.0, sqlalchemy 2.1.9, numpy 2.4.6; Python 3.11.
# Who is hurt, what to do: Those who forget direction in the first run, add
#   it and run the notebook again. Check study.direction after create_study,
#   or use a new name.
# Date seen: 2026-11-28
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    optuna==5.0.0 sqlalchemy==2.1.9 numpy==2.4.6
"$work/venv/bin/python" -W ignore - <<'PY'
import optuna, warnings
optuna.logging.set_verbosity(optuna.logging.ERROR)
s = "sqlite:///study.db"
optuna.create_study(study_name="a", storage=s)              # minimise by default
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    study = optuna.create_study(study_name="a", storage=s, direction="maximize", load_if_exists=True)
accuracy = [0.1, 0.9, 0.5]
study.optimize(lambda t: accuracy[t.number], n_trials=3)
said = [w for w in seen if "direction" in str(w.message).lower()]
print(study.direction, " best accuracy:", study.best_value, " warnings:", len(said))
assert study.direction == optuna.study.StudyDirection.MINIMIZE
assert study.best_value == 0.1 and not said
PY
