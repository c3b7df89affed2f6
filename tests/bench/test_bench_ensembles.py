"""The benchmark of ensembles measures what it says, and the study of collapse behind it holds."""

import json

import numpy as np
import pytest
from rich.console import Console
from scipy.stats import binomtest
from typer.testing import CliRunner

from autograder.bench import ensembles as bench
from autograder.cli import app
from course_utils.ensembles import Ensemble


def test_times_are_in_proportion_and_figures_are_written(tmp_path):
    console = Console(record=True, width=150)
    path = tmp_path / "figures.json"
    ways, wide, collapses = bench.bench_ensembles(2, console, path, members=40, epochs=1, images=64)
    shown = console.export_text()
    figures = json.loads(path.read_text(encoding="utf-8"))
    assert [way.networks for way in ways] == [40, 1, 1, 1]
    assert [way.networks for way in wide] == [40, 8, 8]
    for way, written in zip([*ways, *wide], [*figures["ways"], *figures["wide_ways"]], strict=True):
        assert len(way.wall) == len(way.cpu) == 2
        assert way.wall_of(40) == pytest.approx(np.mean(way.wall) * 40 / way.networks)
        assert written["wall_seconds_of_all"] == way.wall_of(40)
    assert figures["times_as_fast"] == ways[1].wall_of(40) / ways[0].wall_of(40)
    assert f"40 networks at once train {figures['times_as_fast']:,.0f} times as fast" in shown
    fastest = min(way.wall_of(40) for way in wide[1:])
    assert figures["wide_times_as_fast"] == fastest / wide[0].wall_of(40)
    assert f"40 at once train {figures['wide_times_as_fast']:.1f} times as fast" in shown
    assert len(collapses) == len(figures["collapses"]) == len(bench.TARGETS) * len(bench.ACTIVATIONS) * 2


def test_networks_are_born_dead_as_often_as_theory_says():
    # with biases of 0 the inputs of one sign die in a layer of two units with probability ¼
    alive = 0.75**9
    ensemble = Ensemble.create(bench.SIZES, 4_000, "relu", bench.INITIALIZER, seed=3)
    positive = np.linspace(0.1, bench.LIMIT, 11)
    dead = int(ensemble.collapsed(positive).sum())
    assert binomtest(dead, 4_000, 1 - alive).pvalue > 1e-6  # a false alarm once in 10⁶ seeds
    # inputs of both signs: by the union bound, 5 standard errors wide
    share = ensemble.collapsed(np.linspace(-bench.LIMIT, bench.LIMIT, 22)).mean()
    margin = 5 * np.sqrt(0.25 / 4_000)
    assert 1 - 2 * alive - margin < share < 1 - alive + margin
    leaky = Ensemble.create(bench.SIZES, 500, "leaky_relu", bench.INITIALIZER, seed=3)
    assert not leaky.collapsed(positive).any()


def test_the_command_is_there():
    result = CliRunner().invoke(app, ["bench", "ensembles", "--help"])
    assert result.exit_code == 0
    assert "collapse" in result.output
