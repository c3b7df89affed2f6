"""points.toml: the notebook has the instructor's points wherever it has points; bad input is one sentence."""

import textwrap
import tomllib

import nbformat
import pytest
from checkout import ROOT
from nbformat.v4 import new_markdown_cell
from toy_course import cell_named, test_cell, toy_cells

from autograder.authoring.rules import broken_rules
from autograder.errors import PracticalsError
from autograder.practical.notebooks import read_text
from autograder.practical.paths import practical_names
from autograder.practical.points import FILE, Points, own_points, points_of, with_own_points, with_points
from autograder.practical.testcells import read_test

TABLE = """| Exercise | Points | | Exercise | Points |
|---|---|---|---|---|
| 1 Squares | 3 | | 3 In words | 4 |
| 2 Means | 2 | | **Total** | **9** |"""


@pytest.fixture
def notebook():
    cells = toy_cells()
    texts = {"## Squares": "## Exercise 1: Squares (3 points)", "## Means": "## Exercise 2: Means (2 points)"}
    texts["## In words"] = "Text.\n\n## Exercise 3: In words (4 points, in words)\n\nWhy?"
    for cell in cells:
        cell.source = texts.get(cell.source, cell.source)
    return nbformat.v4.new_notebook(cells=[new_markdown_cell(TABLE), *cells])


def all_text(notebook) -> str:
    return "\n".join(cell.source for cell in notebook.cells)


def test_points_change_in_metadata_test_heading_and_table(notebook):
    made = with_points(notebook, {"square": Points(6), "why": Points(5)})
    test = cell_named(made, "square-test")
    assert test.metadata.nbgrader.points == 6
    read = read_test(test, 0)
    assert [heading.points for heading in (*read.exercises, *read.parts)] == [6, 2, 4]
    assert cell_named(made, "why").metadata.nbgrader.points == 5
    text = all_text(made)
    assert "## Exercise 1: Squares (6 points)" in text
    assert "## Exercise 2: Means (2 points)" in text
    assert "## Exercise 3: In words (5 points, in words)" in text
    assert "| 1 Squares | 6 | | 3 In words | 5 |" in text
    assert "| 2 Means | 2 | | **Total** | **13** |" in text
    assert "(3 points)" in all_text(notebook), "the notebook that was given is as it was"


def test_an_exercise_that_does_not_count_and_a_bonus(notebook):
    made = with_points(notebook, {"square": Points(0), "why": Points(4, is_bonus=True)})
    assert [part.points for part in read_test(cell_named(made, "square-test"), 0).parts] == [0, 0]
    bonus = cell_named(made, "why")
    assert (bonus.metadata.nbgrader.points, points_of(bonus)) == (0, 4)
    text = all_text(made)
    assert "Squares (0 points, does not count)" in text
    assert "In words (4 points, bonus, in words)" in text
    assert "| 1 Squares | 0 | | 3 In words | 4 bonus |" in text
    assert "**2 + 4 bonus**" in text


@pytest.mark.parametrize("points", [0.3, 1, 1.1, 2.5, 3.3, 7, 10, 99.9, 1000])
@pytest.mark.parametrize("parts", [(1, 1, 1), (0, 1, 2), (0.5, 1, 0, 1.5), (1,) * 7, (1, 2, 3, 4)])
def test_shares_add_up_and_never_exceed_the_points(points, parts):
    source = f"with expect.exercise('é', points={sum(parts):g}) as exercise:\n"
    source += "".join(f"    with exercise.part('é', points={part}):\n        pass\n" for part in parts)
    cells = [test_cell("a-test", source + "exercise.score", sum(parts))]
    made = with_points(nbformat.v4.new_notebook(cells=cells), {"a-test": Points(points)})
    shares = [part.points or 0.0 for part in read_test(made.cells[0], 0).parts]
    assert sum(shares) <= points
    assert sum(shares) == pytest.approx(points)
    assert [bool(share) for share in shares] == [bool(part) for part in parts]
    assert shares == pytest.approx([points * part / sum(parts) for part in parts], abs=0.01)


@pytest.mark.parametrize("practical", practical_names(ROOT))
def test_every_exercise_of_the_course_takes_other_points_and_keeps_its_rules(practical):
    notebook = read_text(ROOT / "source" / practical / f"{practical}.py")
    graded = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    names = [cell.metadata.nbgrader.grade_id.removesuffix("-test") for cell in graded]
    made = with_points(
        notebook, {name: Points(2 * points_of(cell)) for name, cell in zip(names, graded, strict=True)}
    )
    assert [one for one in broken_rules(made) if "points" in one] == []
    total = sum(map(points_of, graded))
    assert f"**{total:g}**" in all_text(notebook)
    assert f"**{2 * total:g}**" in all_text(made)
    for cell, heading in zip(graded, headings(made), strict=True):
        points = 2 * points_of(cell)
        assert f"({points:g} points" in heading


def headings(notebook) -> list[str]:
    return [line for line in all_text(notebook).splitlines() if line.startswith("### Exercise ")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[toy\n", r"points.toml cannot be read: .*line 1"),
        ("square = 3\n", "'square' stands before any practical"),
        ("[tory]\nsquare = 3\n", "no practical called 'tory'.*toy"),
        ("[toy]\nsqare = 3\n", "no exercise called 'sqare'.*Did you mean square"),
        ("[toy]\nzzz = 3\n", "no exercise called 'zzz'.*square, mean, why"),
        ("[toy]\nsquare = -1\n", r"\[toy\], square: -1 points; they cannot be below 0"),
        ("[toy]\nsquare = { bonus = 0 }\n", "must be above 0"),
        ('[toy]\nsquare = "3"\n', r"square: '3' is not a number of points.*NAME = 3"),
        ("[toy]\nsquare = true\n", "True is not a number of points"),
        ("[toy]\nsquare = nan\n", "nan is not a number of points"),
        ("[toy]\nsquare = { bonus = 1, points = 2 }\n", "is not a number of points"),
    ],
)
def test_what_is_wrong_with_the_file_is_one_sentence(toy, text, said):
    (toy.root / FILE).write_text(text)
    with pytest.raises(PracticalsError, match=f"(?s){said}"):
        _ = with_own_points(nbformat.read(toy.source, 4), toy.source.parent)


def test_a_test_that_works_points_out_by_itself_is_refused():
    cells = [test_cell("a-test", "points = 1\npoints", 3)]
    with pytest.raises(PracticalsError, match="a-test: its test works the points out by itself"):
        with_points(nbformat.v4.new_notebook(cells=cells), {"a-test": Points(6)})


def test_without_the_file_nothing_changes(toy):
    assert own_points(toy.root, "toy") == {}
    notebook = nbformat.read(toy.source, 4)
    assert with_own_points(notebook, toy.source.parent) == notebook


def test_the_example_of_the_guide_fits():
    guide = (ROOT / "docs" / "instructors.md").read_text("utf-8").partition("## Points of your own")[2]
    example = textwrap.dedent(guide.partition("\n\n")[2].partition("\n\n")[0])
    [(practical, said)] = tomllib.loads(example).items()
    assert said == {"build-mlp": 6, "silent": 0, "train": {"bonus": 3}}
    notebook = read_text(ROOT / "source" / practical / f"{practical}.py")
    own = {"build-mlp": Points(6), "silent": Points(0), "train": Points(3, is_bonus=True)}
    assert "**38 + 3 bonus**" in all_text(with_points(notebook, own))
