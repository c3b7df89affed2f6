"""The benchmark of Monte-Carlo dropout measures what it says, and refuses ways that do not agree."""

import json

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

from autograder.bench import uncertainty as bench
from autograder.cli import app


def test_times_and_factors_are_shown_and_written(tmp_path):
    console = Console(record=True, width=150)
    path = tmp_path / "figures.json"
    ways = bench.bench_uncertainty(2, console, path, passes=30, images=(1, 4))
    shown = console.export_text()
    figures = json.loads(path.read_text(encoding="utf-8"))
    assert [way.images for way in ways] == [1, 1, 1, 4, 4, 4]
    for way, written in zip(ways, figures["ways"], strict=True):
        assert len(way.wall) == len(way.cpu) == 2
        assert way.mean.shape == (way.images, 10)
        assert (way.std > 0).any()
        assert written["wall_seconds"] == way.wall
    factor = ways[4].median / ways[3].median
    assert figures["times_as_fast"]["4"] == factor
    assert f"4 images: 30 passes in one call are {factor:.1f} times as fast as 30 calls" in shown


def test_ways_that_give_other_probabilities_are_refused():
    mean, std = np.full((3, 10), 0.1), np.full((3, 10), 0.05)
    one, other = (bench.Way(name, 3, lambda: mean, mean=mean, std=std) for name in ("one", "other"))
    bench._check_agreement(one, other, 100)
    other.mean = mean + np.eye(3, 10) * 0.2
    with pytest.raises(RuntimeError, match="standard errors apart"):
        bench._check_agreement(one, other, 100)


def test_the_command_is_there():
    result = CliRunner().invoke(app, ["bench", "uncertainty", "--help"])
    assert result.exit_code == 0
    assert "Monte-Carlo" in result.output
