"""What checks show in a notebook: HTML beside the same plain text, escaped, and what is still to come."""

import pytest
from bs4 import BeautifulSoup

from course_utils import selfcheck, shown
from course_utils.results import FAILED, PASSED, UNANSWERED, ExerciseResult, part_result

LAYERS = part_result("the layers", 1, PASSED)
SHAPE = part_result(
    "the <i>shape</i>", 2, FAILED, what="x & y", expected="<b>(3,)</b>", got="$4$", cause="a", step="Do."
)
REST = part_result("the rest", 1, FAILED, got="5")
SOME = ExerciseResult("Build <script>alert(1)</script>", 1, 6, (LAYERS, SHAPE, REST))
ALL = ExerciseResult("Split", 1, 1, (LAYERS,))
NOTHING = ExerciseResult("Train", 0, 2, (part_result("curves", 2, UNANSWERED),))


def words(text: str) -> list[str]:
    return text.replace(":", ": ").split()


@pytest.mark.parametrize("result", [SOME, ALL, NOTHING])
def test_the_html_says_all_that_the_text_says(result):
    page = BeautifulSoup(shown.as_html(result), "html.parser")
    assert set(words(shown.as_text(result))) <= set(words(page.get_text(" ")))


def test_nothing_in_it_is_markup():
    page = BeautifulSoup(shown.as_html(SOME), "html.parser")
    assert {tag.name for tag in page.find_all()} <= {"div", "strong", "span", "details", "summary", "em"}
    assert page.select("div.mathjax_ignore")  # nor a formula


@pytest.mark.parametrize(("result", "sign"), [(ALL, "✓"), (SOME, "◐"), (NOTHING, "✗")])
def test_the_first_line_has_a_sign_and_points(result, sign):
    first = shown.as_text(result).splitlines()[0]
    assert first.startswith(f"{sign} {result.title}: {result.earned:g} of {result.points:g} point")
    assert BeautifulSoup(shown.as_html(result), "html.parser").find_all("span")[0].get_text() == sign


def test_what_failed_first_stands_open_and_what_passed_is_folded():
    folds = BeautifulSoup(shown.as_html(SOME), "html.parser").find_all("details")
    assert [(fold.find_all("summary")[0].get_text(), fold.has_attr("open")) for fold in folds] == [
        ("✗ the <i>shape</i>: 0 of 2 points", True),
        ("✗ the rest: 0 of 1 point", False),
        ("passed: 1 of 3 checks", False),
    ]


def test_it_says_what_hidden_checks_will_add():
    assert "2 points more to earn" in shown.as_text(SOME)
    assert shown.to_come(ALL) == ""
    source = 'with expect.exercise("A", points=3) as e:\n    with e.part("a", points=1):\n        pass'
    assert "2 points more to earn" in selfcheck.hidden_points([source])


def test_the_table_says_all_that_its_text_says_and_is_escaped():
    checked = [SOME, ALL, NOTHING]
    page = BeautifulSoup(selfcheck.as_html(checked, "A <remark>."), "html.parser")
    text = selfcheck.as_text(checked, "A <remark>.").replace("-", "")
    assert set(words(text)) <= set(words(page.get_text(" ")))
    signs = [row.td.get_text() for row in page.find_all("tr") if row.td]
    assert signs == ["◐", "✓", "✗"]
    assert page.script is None


def test_without_ipython_the_report_is_printed(capsys):
    shown.show_text("plain", "<b>html</b>")
    assert capsys.readouterr().out == "plain\n"
