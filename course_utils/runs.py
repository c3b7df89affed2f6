"""Training runs on disk: one folder a run, compared as a table and as curves; measured figures, recorded."""

import json
import os
import sys
import time
from collections.abc import Sequence
from importlib.util import find_spec
from io import StringIO
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any, SupportsFloat

from course_utils.training import base_seed, budget_name

if TYPE_CHECKING:
    import keras
    import pandas as pd
    from matplotlib.figure import Figure

RUN_FILE = "run.json"
HISTORY_FILE = "history.csv"
LIBRARIES = ("keras", "tensorflow", "jax", "torch", "numpy")


class Run:
    """A training run with a folder of its own, `<root>/<name>/<number>`; no folder is used twice.

    Args:
        name: what is tried, such as "baseline"; runs of one name are numbered 001, 002, …
        root: the folder of all runs, default "runs". `tensorboard --logdir runs` shows them side by side.
        config: a dict of settings worth comparing (plain values): learning rate, layer sizes, seed, …

    Attributes:
        folder: the run's folder, a `pathlib.Path`.

    Example:
        run = Run("baseline", config={"learning_rate": 1e-3})
        history = model.fit(…, callbacks=run.callbacks())
        run.finish(history, val_accuracy=history.history["val_accuracy"][-1])
    """

    def __init__(self, name: str, root: str | Path = "runs", config: dict[str, Any] | None = None) -> None:
        self.name = name
        self.config = dict(config or {})
        self.folder = _new_folder(Path(root) / name)
        self._start = time.perf_counter()
        self._write({})

    def callbacks(self) -> "list[keras.callbacks.Callback]":
        """Keras callbacks that log the run: TensorBoard (weight histograms each epoch) and a CSV file.

        Where TensorFlow is not installed, they leave out the logs for TensorBoard, and say so.
        """
        import keras  # here: comparing runs must not wait for TensorFlow

        to_csv = keras.callbacks.CSVLogger(self.folder / HISTORY_FILE)
        if find_spec("tensorflow") is None:
            print("No logs for TensorBoard: TensorFlow, which writes them, is not installed.")
            return [to_csv]
        return [keras.callbacks.TensorBoard(log_dir=self.folder, histogram_freq=1), to_csv]

    def finish(
        self, history: "keras.callbacks.History | dict | None" = None, **figures: SupportsFloat
    ) -> None:
        """Write `run.json`: name, config, figures, seconds since the run began, versions, seed and budget.

        Args:
            history: what `model.fit` returned, or its `.history`; it replaces the CSV file if the run was
                logged without `callbacks`.
            **figures: measured numbers by name.
        """
        logs = getattr(history, "history", history)
        if logs and not (self.folder / HISTORY_FILE).exists():
            pandas = _pandas()
            pandas.DataFrame(logs).rename_axis("epoch").to_csv(self.folder / HISTORY_FILE)
        self._write(
            {
                "figures": {name: float(figure) for name, figure in figures.items()},
                "seconds": round(time.perf_counter() - self._start, 3),
            }
        )

    def _write(self, outcome):
        description = {
            "name": self.name,
            "config": self.config,
            "seed": base_seed(),
            "budget": budget_name(),
            "versions": {name: sys.modules[name].__version__ for name in LIBRARIES if name in sys.modules},
            **outcome,
        }
        # written beside and moved: a reader never sees half a file
        unfinished = self.folder / f"{RUN_FILE}.part"
        unfinished.write_text(json.dumps(description, indent=2, default=str) + "\n", encoding="utf-8")
        unfinished.replace(self.folder / RUN_FILE)


def _new_folder(parent):
    parent.mkdir(parents=True, exist_ok=True)
    number = 1 + max((int(path.name) for path in parent.iterdir() if path.name.isdecimal()), default=0)
    while True:
        folder = parent / f"{number:03d}"
        try:
            folder.mkdir()
        except FileExistsError:  # another process took the number
            number += 1
        else:
            return folder


def _pandas():
    import pandas  # here: it takes half a second, and most of this module does without it

    return pandas


def compare(runs: "str | Path | Sequence[Run]" = "runs") -> "pd.DataFrame":
    """Runs side by side.

    Args:
        runs: the root folder of all runs, or a list of runs (`Run`) and run folders.

    Returns:
        A pandas.DataFrame with a row for each run (index "baseline/001", …): its config, its figures, the
        last epoch's loss and metrics, epochs, seconds, and `finished`. A run that was interrupted has gaps.
    """
    folders = _folders(runs)
    index = _pandas().Index(list(folders), name="run")
    return _pandas().DataFrame([_row(folder) for folder in folders.values()], index=index)


def plot_runs(runs: "str | Path | Sequence[Run]" = "runs", metric: str = "loss") -> "Figure":
    """Learning curves of several runs in one figure.

    Args:
        runs: as in `compare`; runs without logged epochs are left out.
        metric: the name of a logged metric; its validation curve is dashed where there is one.

    Returns:
        A matplotlib Figure.

    Raises:
        ValueError: no run has logged that metric.
    """
    from course_utils import plots

    histories = {label: _history(folder) for label, folder in _folders(runs).items()}
    histories = {label: history for label, history in histories.items() if metric in history}
    if not histories:
        raise ValueError(f"no run has logged {metric!r}")
    return plots.curves_of_runs(histories, metric)


def record(name: str, value: SupportsFloat, show: bool = True) -> None:
    """Print a measured figure, and keep it where COURSE_RECORD names a file.

    Args:
        name: the figure's name, such as "val_accuracy".
        value: a number. The file gets a line of JSON, {"name": …, "value": …}.
        show: whether to print it, default True; False where the cell shows it anyway, in a table or a line.
    """
    number = int(value) if isinstance(value, Integral) else float(value)
    if show:
        print(f"{name} = {number:,}" if type(number) is int else f"{name} = {number:.4g}")
    if path := os.environ.get("COURSE_RECORD"):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"name": name, "value": number}) + "\n")


def _folders(runs):
    """Run folders by label: "baseline/001"."""
    if isinstance(runs, str | Path):
        found = sorted(path.parent for path in Path(runs).glob(f"**/{RUN_FILE}"))
        return {folder.relative_to(runs).as_posix(): folder for folder in found}
    folders = [run.folder if isinstance(run, Run) else Path(run) for run in runs]
    return {f"{folder.parent.name}/{folder.name}": folder for folder in folders}


def _row(folder):
    try:
        description = json.loads((folder / RUN_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        description = {}
    history = _history(folder)
    last = history.iloc[-1].to_dict() if len(history) else {}
    return {
        **description.get("config", {}),
        **last,
        **description.get("figures", {}),
        "epochs": len(history),
        "seconds": description.get("seconds"),
        "finished": "seconds" in description,
    }


def _history(folder):
    """The epochs that a run has logged, a row for each (index "epoch"); none where nothing can be read."""
    pandas = _pandas()
    try:
        logged = (folder / HISTORY_FILE).read_text(encoding="utf-8", errors="replace")
        whole_lines = logged[: logged.rfind("\n") + 1]  # the last one may be half written
        history = pandas.read_csv(StringIO(whole_lines), index_col="epoch", on_bad_lines="skip")
    except (OSError, ValueError):  # none yet, or cut off in its first line
        return pandas.DataFrame()
    return history.apply(pandas.to_numeric, errors="coerce")
