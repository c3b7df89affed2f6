"""`practicals measure`: figures over seeds, error rates of thresholds, nothing measured twice or lost."""

import importlib.metadata
import io
import json
import random
import shutil

import numpy as np
import pytest
from author_course import CELLS, QUIET, marker
from rich.console import Console
from scipy import stats

import autograder.proof.measure
from autograder.errors import PracticalsError
from autograder.practical.notebooks import read_text
from autograder.proof.figures import written
from autograder.proof.measure import measure, recorded
from autograder.proof.thresholds import Threshold, false_fail_rate, thresholds_in


def measured(course, seeds=3, budget="quick"):
    return json.loads(measure(course.root, "toy", budget, seeds, QUIET).read_text())


def test_figures_of_each_seed_and_the_rate_of_each_threshold(course):
    results = measured(course)
    quick = results["budgets"]["quick"]
    assert quick["seeds"] == [42, 43, 44]
    values = quick["figures"]["toy_accuracy"]["values"]
    assert len(set(values)) == 3
    assert values == [
        pytest.approx(0.8 + 0.01 * random.Random(seed).random(), rel=1e-6) for seed in quick["seeds"]
    ]
    assert quick["figures"]["toy_accuracy"]["mean"] == pytest.approx(np.mean(values), rel=1e-5)
    assert quick["figures"]["toy_accuracy"]["sd"] == pytest.approx(np.std(values, ddof=1), rel=1e-3)
    assert len(quick["cells"]) == 6  # the code cells that are not tests
    (row,) = results["thresholds"]
    assert {key: row[key] for key in ("cell", "figure", "kind", "threshold", "budget", "n")} == {
        "cell": "figure-test",
        "figure": "toy_accuracy",
        "kind": "at_least",
        "threshold": 0.7,
        "budget": "quick",
        "n": 3,
    }
    assert row["false_fail_rate"] == pytest.approx(false_fail_rate(values, "at_least", 0.7), rel=1e-3)


@pytest.fixture
def runs(monkeypatch) -> list[tuple[str, str]]:
    """Budget and seed of each run."""
    runs = []
    original = autograder.proof.measure.execute

    def counting(notebook, practical, settings, *arguments, **more):
        runs.append((settings["COURSE_BUDGET"], settings["COURSE_SEED"]))
        return original(notebook, practical, settings, *arguments, **more)

    monkeypatch.setattr(autograder.proof.measure, "execute", counting)
    return runs


RECORDED = {"imports": "# %%\nimport os\nimport random\n\nfrom course_utils import expect, runs\n"} | {
    "record": f"# %% {marker('given', 'record')}\nruns.record('toy_accuracy', figure)\n"
}


def test_an_exercise_that_no_figure_uses_has_nothing_measured_anew(course, runs):
    course.write(**RECORDED)
    before = measured(course, seeds=2)
    runs.clear()
    subtract = "".join(CELLS[name].replace("add", "subtract") for name in ("add", "add-test"))
    course.write(**RECORDED | {"use": CELLS["use"] + subtract})
    after = measured(course, seeds=2)
    assert runs == []
    assert after["thresholds"] == before["thresholds"]
    assert after["budgets"]["quick"]["figures"] == before["budgets"]["quick"]["figures"]


def test_a_changed_threshold_is_calibrated_without_a_run(course, runs):
    course.write(**RECORDED)
    measured(course, seeds=2)
    runs.clear()
    course.write(**RECORDED | {"figure_test": CELLS["figure-test"].replace("0.7,", "0.75,")})
    (row,) = measured(course, seeds=2)["thresholds"]
    assert row["threshold"] == 0.75
    assert runs == []


def test_what_is_stale_is_said_and_all_runs_are_whole(course, runs):
    course.write(**RECORDED | {"use": "# %%\nruns.record('answer', 42)\n"})
    measured(course, seeds=1)
    runs.clear()
    changed = RECORDED | {
        "use": "# %%\nruns.record('answer', 42)\n",
        "figure": CELLS["figure"].replace("0.8", "0.9"),
    }
    course.write(**changed)
    console = Console(record=True, width=200, file=io.StringIO())
    measure(course.root, "toy", "quick", 1, console)
    told = console.export_text()
    assert "figure `toy_accuracy`: cell 'figure' was changed since the quick budget was measured" in told
    assert "answer" not in told
    assert runs == [("quick", "42")]
    figures = json.loads(course.results.read_text())["budgets"]["quick"]["figures"]
    assert figures["toy_accuracy"]["mean"] > 0.9
    assert figures["answer"]["n"] == 1


def test_what_is_not_stale_is_measured_only_by_force(course, runs):
    measured(course, seeds=1)
    shutil.rmtree(course.root / "build")
    assert measure(course.root, "toy", "quick", 1, QUIET) == course.results
    assert len(runs) == 1
    measure(course.root, "toy", "quick", 1, QUIET, force=True)
    assert runs == [("quick", "42")] * 2


def test_a_seed_is_not_run_again_until_the_code_changes(course, runs):
    first = measured(course, seeds=1)
    assert runs == [("quick", "42")]
    assert measured(course, seeds=1) == first
    assert runs == [("quick", "42")]
    measured(course, seeds=2)
    assert runs == [("quick", "42"), ("quick", "43")]
    course.write(figure=CELLS["figure"].replace("0.8", "0.9"))
    changed = measured(course, seeds=1)
    assert runs[2:] == [("quick", "42")]
    assert changed["budgets"]["quick"]["figures"]["toy_accuracy"]["mean"] > 0.9


def test_a_seed_is_run_again_with_other_packages(course, runs, monkeypatch):
    """After `practicals upkeep`, `measure --force` renews figures in a checkout that measured before, too."""
    measured(course, seeds=1)
    installed = list(importlib.metadata.distributions())
    monkeypatch.setattr(importlib.metadata, "distributions", lambda: installed[1:])
    measure(course.root, "toy", "quick", 1, QUIET, force=True)
    assert runs == [("quick", "42")] * 2


def test_an_interrupted_measurement_keeps_finished_seeds_and_the_old_results(course, monkeypatch):
    measured(course, seeds=1)
    before = course.results.read_bytes()
    original = autograder.proof.measure.execute

    def allow(*seeds):
        def run(notebook, practical, settings, *arguments, **more):
            if settings["COURSE_SEED"] not in seeds:
                raise KeyboardInterrupt
            return original(notebook, practical, settings, *arguments, **more)

        monkeypatch.setattr(autograder.proof.measure, "execute", run)

    allow("43")
    with pytest.raises(KeyboardInterrupt):
        measured(course, seeds=3)
    assert course.results.read_bytes() == before
    allow("44")
    assert measured(course, seeds=3)["budgets"]["quick"]["seeds"] == [42, 43, 44]


def test_measuring_one_budget_keeps_the_other(course):
    quick = measured(course, seeds=1)["budgets"]["quick"]
    both = measured(course, seeds=2, budget="full")
    assert both["budgets"]["quick"] == quick
    assert [row["budget"] for row in both["thresholds"]] == ["full", "quick"]


def test_a_missed_threshold_is_measured_and_another_error_is_not(course):
    course.write(figure_test=CELLS["figure-test"].replace("0.7,", "0.9,"))
    (row,) = measured(course)["thresholds"]
    assert row["false_fail_rate"] > 0.9
    course.write(use="# %%\n1 / 0\n")
    with pytest.raises(PracticalsError, match="cell 5 raised ZeroDivisionError"):
        measured(course)


def test_a_threshold_on_a_figure_that_nothing_records_is_named(course):
    course.write(figure_test=CELLS["figure-test"].replace('"toy_accuracy"', '"toy_acuracy"'))
    with pytest.raises(PracticalsError, match=r"cell 'figure-test' .* 'toy_acuracy'.*recorded: toy_accuracy"):
        measured(course, seeds=1)
    assert not course.results.exists()


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (['{"name": "a", "value": 1}'] * 2, "'a' twice"),
        (['{"name": "a", "value": NaN}'], "records nan as 'a'"),
    ],
)
def test_what_cannot_be_averaged_is_refused(tmp_path, lines, problem):
    record = tmp_path / "record.jsonl"
    record.write_text("\n".join(lines))
    with pytest.raises(PracticalsError, match=problem):
        recorded(record, "toy")


def test_results_are_written_the_same_whatever_the_order_and_the_last_digits():
    assert written({"b": 0.1 + 0.2, "a": [1, 2.00000001]}) == written({"a": [1, 2.0], "b": 0.3})


# --- thresholds


def test_thresholds_are_read_from_test_cells(course):
    course.write(
        use='# %%\nexpect.at_least(1, 0.5, "not a test cell", figure="f")\n',
        figure_test=CELLS["figure-test"].replace(
            "        expect.at_least",
            '        expect.at_most(figure, -1, "loss", step="x", figure="loss")\n'
            '        expect.at_least(figure, threshold=2, what="no figure")\n'
            '        expect.at_least(figure, threshold=0.25, what="keyword", figure="other")\n'
            "        expect.at_least",
        ),
    )
    assert thresholds_in(read_text(course.text)) == [
        Threshold("figure-test", "loss", "at_most", -1.0),
        Threshold("figure-test", "other", "at_least", 0.25),
        Threshold("figure-test", "toy_accuracy", "at_least", 0.7),
    ]


def test_the_rate_of_a_further_value_is_uniform():
    """The chance of a value below the next one is, over many samples of 5 and a sixth, uniform on [0, 1].

    The Kolmogorov-Smirnov test on 4,000 samples has a false-alarm rate of one in a million.
    """
    draws = np.random.default_rng().normal(0.8, 0.05, size=(4_000, 6))
    rates = [false_fail_rate(list(values[:5]), "at_least", values[5]) for values in draws]
    assert stats.kstest(rates, "uniform").pvalue > 1e-6


def test_for_a_fixed_quantile_the_rate_is_exact():
    """A threshold set at a quantile of the predictive distribution is missed with that very probability."""
    values = [0.81, 0.84, 0.79, 0.80, 0.83]
    scale = np.std(values, ddof=1) * np.sqrt(1 + 1 / 5)
    threshold = np.mean(values) + scale * stats.t.ppf(0.001, df=4)
    assert false_fail_rate(values, "at_least", threshold) == pytest.approx(0.001)
    assert false_fail_rate([-value for value in values], "at_most", -threshold) == pytest.approx(0.001)


def test_limits_of_the_rate():
    assert false_fail_rate([0.8], "at_least", 0.7) is None
    assert false_fail_rate([0.8, 0.8], "at_least", 0.8) == 0
    assert false_fail_rate([0.8, 0.8], "at_least", 0.81) == 1
    assert false_fail_rate([0.8, 0.8], "at_most", 0.79) == 1
    assert false_fail_rate([0.7, 0.9], "at_least", 0.8) == pytest.approx(0.5)
