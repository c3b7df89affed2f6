"""Each run has a folder of its own, and comparing them survives what a crash leaves behind."""

import json
import math
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest

from course_utils import runs
from course_utils.runs import Run


def write_history(run, text):
    (run.folder / "history.csv").write_text(text)


def test_no_folder_is_used_twice(tmp_path):
    folders = [Run("baseline", tmp_path).folder for _ in range(3)]
    assert folders == [tmp_path / "baseline" / number for number in ("001", "002", "003")]
    folders[1].rename(tmp_path / "elsewhere")
    assert Run("baseline", tmp_path).folder.name == "004"
    assert Run("other", tmp_path).folder == tmp_path / "other" / "001"


def test_a_real_training_is_logged_whole(tmp_path):
    import keras

    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    model.compile("sgd", "mse", metrics=["mae"])
    run = Run("toy", tmp_path, config={"learning_rate": 0.01, "layers": [4, 3]})
    inputs = np.linspace(0, 1, 64, dtype=np.float32).reshape(16, 4)
    history = model.fit(
        inputs, inputs[:, :3], epochs=3, verbose=0, validation_split=0.25, callbacks=run.callbacks()
    )
    run.finish(history, best=np.float32(0.5))

    row = runs.compare(tmp_path).loc["toy/001"]
    assert (row["learning_rate"], row["layers"], row["best"], row["epochs"]) == (0.01, [4, 3], 0.5, 3)
    assert row["finished"]
    assert row["seconds"] > 0
    for name, values in history.history.items():
        assert row[name] == pytest.approx(values[-1])
    description = json.loads((run.folder / "run.json").read_text())
    assert description["versions"]["keras"] == keras.__version__
    assert (description["seed"], description["budget"]) == (42, "full")
    with_tensorflow = find_spec("tensorflow") is not None
    for part in ("train", "validation"):
        assert any((run.folder / part).glob("events.out.tfevents.*")) == with_tensorflow


def test_without_tensorflow_the_logs_for_tensorboard_are_left_out_and_it_is_said(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(runs, "find_spec", lambda name: None)
    (to_csv,) = Run("toy", tmp_path).callbacks()
    assert type(to_csv).__name__ == "CSVLogger"
    assert "No logs for TensorBoard: TensorFlow" in capsys.readouterr().out


@pytest.fixture(autouse=True)
def defaults(monkeypatch):
    for setting in ("COURSE_SEED", "COURSE_BUDGET", "COURSE_RECORD"):
        monkeypatch.delenv(setting, raising=False)


def test_a_history_without_callbacks_is_kept_by_finish(tmp_path):
    run = Run("toy", tmp_path)
    run.finish({"loss": [2.0, 1.0]})
    assert runs.compare(tmp_path).loc["toy/001", "loss"] == 1.0


def test_half_written_runs_are_rows_with_gaps(tmp_path):
    whole = Run("whole", tmp_path, config={"lr": 0.1})
    write_history(whole, "epoch,loss,val_loss\r\n0,2.5,3.5\r\n1,1.5,2.5\r\n")
    whole.finish()
    interrupted = Run("interrupted", tmp_path, config={"lr": 0.2})
    write_history(interrupted, "epoch,loss,val_loss\r\n0,2.5,3.5\r\n1,1.2")
    cut = Run("cut", tmp_path, config={"lr": 0.3})
    text = (cut.folder / "run.json").read_text()
    (cut.folder / "run.json").write_text(text[: len(text) // 2])
    write_history(cut, "epo")
    empty = Run("empty", tmp_path)
    write_history(empty, "")

    table = runs.compare(tmp_path)
    assert list(table.index) == ["cut/001", "empty/001", "interrupted/001", "whole/001"]
    assert list(table["finished"]) == [False, False, False, True]
    assert list(table["epochs"]) == [0, 0, 1, 2]
    assert table.loc["interrupted/001", "loss"] == 2.5
    assert table.loc["interrupted/001", "lr"] == 0.2
    assert math.isnan(table.loc["cut/001", "loss"])


def test_a_diverged_run_keeps_its_epochs(tmp_path):
    run = Run("diverged", tmp_path)
    write_history(run, "epoch,loss\n0,2.5\n1,nan\n2,inf\n")
    table = runs.compare([run])
    assert table.loc["diverged/001", "epochs"] == 3
    assert table.loc["diverged/001", "loss"] == math.inf


def test_comparing_nothing_gives_an_empty_table(tmp_path):
    assert len(runs.compare(tmp_path / "none")) == 0


def test_runs_are_drawn_side_by_side(tmp_path):
    for name in ("a", "b", "unlogged"):
        run = Run(name, tmp_path)
        if name != "unlogged":
            write_history(run, "epoch,loss,val_loss\n0,2,3\n1,1,2\n")
    (axis,) = runs.plot_runs(tmp_path).axes
    legend = axis.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["a/001", "b/001"]
    assert len(axis.lines) == 4
    with pytest.raises(ValueError, match="no run has logged 'accuracy'"):
        runs.plot_runs(tmp_path, "accuracy")


def test_a_figure_that_a_cell_shows_anyway_is_recorded_and_not_printed(tmp_path, monkeypatch, capsys):
    path = tmp_path / "figures.jsonl"
    monkeypatch.setenv("COURSE_RECORD", str(path))
    runs.record("lowest_recall_class", 6, show=False)
    assert json.loads(path.read_text()) == {"name": "lowest_recall_class", "value": 6}
    assert capsys.readouterr().out == ""


def test_a_figure_is_printed_and_recorded_as_a_line_of_json(tmp_path, monkeypatch, capsys):
    path = tmp_path / "figures.jsonl"
    runs.record("unrecorded", 1)
    monkeypatch.setenv("COURSE_RECORD", str(path))
    runs.record("val_accuracy", np.float64(0.84915))
    runs.record("parameters", np.int64(266_610))
    assert [json.loads(line) for line in path.read_text().splitlines()] == [
        {"name": "val_accuracy", "value": 0.84915},
        {"name": "parameters", "value": 266_610},
    ]
    assert capsys.readouterr().out == "unrecorded = 1\nval_accuracy = 0.8491\nparameters = 266,610\n"
    no_number: Any = "high"
    with pytest.raises((TypeError, ValueError)):
        runs.record("no number", no_number)
