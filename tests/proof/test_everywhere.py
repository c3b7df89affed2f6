"""One verdict everywhere: differences between the ways in which checks run are found, and chance is none."""

import pytest
from author_course import CELLS, QUIET, new_course
from checkout import ROOT
from typer.testing import CliRunner

from autograder.authoring.build import prepared
from autograder.cli import app
from autograder.practical.bank import read_bank
from autograder.practical.notebooks import read_text
from autograder.practical.paths import practical_names, source_text
from autograder.proof.everywhere import WAYS, compare_everywhere, differences, masked
from autograder.proof.ways import CHECK, ENGINE, STOCK, VALIDATE, Seen
from course_utils.results import FAILED, PASSED, ExerciseResult, PartResult, part_result

TITLE = "small numbers"
WRONG = part_result(TITLE, 1, FAILED, what="the sum", expected="3", got="4; the error is 1", cause="luck")
HIDDEN = part_result("others", 2, PASSED)


def seen(part: PartResult = WRONG) -> dict:
    """What all ways give for an exercise of one visible and one hidden part."""
    ways = {}
    for way in WAYS:
        graded = way in (STOCK, ENGINE)
        parts = (part, HIDDEN) if graded else (part,)
        result = ExerciseResult("Add", 2, 3, parts)
        ways[way] = {"add-test": Seen(result, str(result), part.passed, 2 if graded else None)}
    return ways


def found(ways: dict) -> dict[str, str]:
    return {place.about: what for place, what in differences(ways, {"add-test": [TITLE]}).items()}


def with_part(ways: dict, way: str, **said) -> dict:
    """The same, where one way says something else of the visible part."""
    part = part_result(TITLE, 1, said.pop("state", FAILED), **said)
    old = ways[way]["add-test"]
    result = ExerciseResult("Add", 2, 3, (part, *old.result.parts[1:]))
    return ways | {way: {"add-test": Seen(result, str(result), old.accepted, old.points)}}


def test_ways_that_agree_agree():
    assert found(seen()) == {}


def test_other_numbers_are_no_difference_and_other_words_are():
    same = {"what": "the sum", "cause": "luck"}
    assert found(with_part(seen(), ENGINE, **same, expected="-17.25", got="1e-05; the error is 17.2")) == {}
    told = found(with_part(seen(), ENGINE, **same, expected="3", got="None"))
    assert list(told) == ["Got"]
    assert "engine: None" in told["Got"]
    assert list(
        found(with_part(seen(), CHECK, **(same | {"cause": "skill"}), expected="3", got="4; the error is 1"))
    ) == ["Likely cause"]


def test_how_many_entries_are_shown_is_no_difference():
    assert masked("Got: ((1, 2), (3, 4), … 12 entries in all)") == masked("Got: ((1, 2), (3, 4))")


def test_a_part_that_passes_in_one_way_only_is_a_difference():
    told = found(with_part(seen(), ENGINE, state=PASSED))
    assert told == {
        "verdict": "add-test, part “small numbers”: notebook, practicals check, Validate, nbgrader: failed; "
        "engine: passed"
    }


def test_a_way_that_does_not_get_to_a_part_differs():
    ways = seen() | {STOCK: {"add-test": Seen(None, "", False, 0)}}
    told = found(ways)
    assert "nbgrader: not tried" in told["verdict"]
    assert told["points"] == "add-test: nbgrader: 0 points; engine: 2 points"


def test_hidden_parts_are_compared_where_they_are():
    ways = seen()
    lost = part_result("others", 2, FAILED, what="the sum")
    result = ExerciseResult("Add", 0, 3, (WRONG, lost))
    ways |= {ENGINE: {"add-test": Seen(result, str(result), False, 2)}}
    assert found(ways) == {"verdict": "add-test, part “others”: nbgrader: passed; engine: failed"}


def test_a_verdict_of_its_own_and_feedback_that_is_not_shown_are_told():
    ways = seen()
    old = ways[VALIDATE]["add-test"]
    assert (
        "Validate: accepted"
        in found(ways | {VALIDATE: {"add-test": Seen(old.result, old.shown, True)}})["verdict"]
    )
    told = found(ways | {VALIDATE: {"add-test": Seen(old.result, "Partial credit", False)}})
    assert list(told) == ["shown by Validate"]


def test_what_is_masked_is_numbers_and_arrays_of_them_alone():
    one, other = (
        "shape (3, 5), float32: [[1.2 -3e-05]\n [nan … 5]]; 3 of 15",
        "shape (2,), float32: [ 0.  1.]; 9 of 9",
    )
    assert masked(one) == masked(other) == "shape # float32: # of #"
    assert masked("x1 in float64") != masked("x2 in float64")
    assert masked("float32") == "float32" != masked("float64")
    assert masked("of lower_197: [True, False]") == masked("of lower_2: [False]")


SLY = """# title: Right but for Validate
# kind: alternate

# %% add
import os


def add(a, b):
    return a + b + ("NBGRADER_VALIDATING" in os.environ)
"""


@pytest.mark.slow
def test_an_answer_that_one_way_refuses_is_found_and_told(tmp_path, monkeypatch):
    course = new_course(tmp_path / "course")
    course.write(
        figure="", record="", figure_test="", experiment=CELLS["experiment"] + "raise RuntimeError\n"
    )
    bank = course.root / "source" / "toy" / "bank"
    bank.mkdir()
    (bank / "honest.py").write_text(SLY.replace(' + ("NBGRADER_VALIDATING" in os.environ)', ""))
    monkeypatch.chdir(course.root)
    command = ["audit", "toy", "--everywhere", "--workers", "1"]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    assert "toy: 1 answers in 1 notebooks, each in 5 ways: no differences" in result.output
    (bank / "sly.py").write_text(SLY)
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 1
    told = " ".join(result.output.split())
    assert "everywhere sly.py: add-test: notebook, practicals check: accepted; Validate: refused" in told
    assert "honest.py" not in told


@pytest.mark.slow
@pytest.mark.parametrize(
    "practical",
    [  # two groups: all in one, they would take longer than all other tests
        pytest.param(name, marks=pytest.mark.xdist_group(f"everywhere-{number % 2}"))
        for number, name in enumerate(practical_names(ROOT))
    ],
)
def test_the_fullest_notebook_of_each_practical_gets_one_verdict_everywhere(practical):
    notebook = prepared(read_text(source_text(ROOT, practical)), practical)
    report = compare_everywhere(ROOT, practical, notebook, read_bank(ROOT, practical), 1, QUIET, most=1)
    assert report.counts["entries"] > 1
    assert report.findings == []
