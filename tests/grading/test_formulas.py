"""Formulas become MathML that a browser draws; what a student writes in one cannot get out of it."""

import pytest
from bs4 import BeautifulSoup

from autograder.grading.sanitize import markdown

MATHML = "http://www.w3.org/1998/Math/MathML"


def drawn(text: str) -> list[str]:
    """What stands in each formula of the page, without spaces."""
    page = BeautifulSoup(markdown(text), "html.parser")
    assert all(formula["xmlns"] == MATHML for formula in page.find_all("math"))
    return ["".join(formula.get_text().split()) for formula in page.find_all("math")]


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        (r"The factor $\frac{2}{n}$ and *$\sigma_j$*.", ["2n", "σj"]),
        ("Before\n\n$$\\sum_i x_i$$\n\nafter", ["∑ixi"]),
        (r"\begin{aligned}a &= b \\ c &= d\end{aligned}", ["a=bc=d"]),
        ("`$x$` is code", []),
        ("no formula for 5 $", []),
    ],
)
def test_formulas_are_set(text, formulas):
    assert drawn(text) == formulas


@pytest.mark.parametrize("tex", [r"\nosuchcommand{x}", "a & b", r"\frac{", "{" * 3000])
def test_what_cannot_be_set_stays_as_it_was_typed(tex):
    assert f"${tex}$".replace("&", "&amp;") in markdown(f"So ${tex}$ is it.")


def test_an_index_stands_behind_an_accented_letter_and_not_below_it():
    page = BeautifulSoup(markdown(r"$\hat p_i$"), "html.parser")
    assert page.find("munderover") is None
    assert "".join(page.select("mover")[0].get_text().split()) == "pˆ"
    assert "".join(page.select("msub")[0].get_text().split()) == "i"


def test_a_formula_in_the_words_for_an_image_stays_text():
    page = BeautifulSoup(markdown(r"![the curve $x^2$](data:image/png;base64,AAAA) $y$"), "html.parser")
    assert page.select("img")[0]["alt"] == "the curve $x^2$"
    assert len(page.find_all("math")) == 1


@pytest.mark.parametrize(
    "text",
    [
        r"$\text{<img src=x onerror=alert(1)>}$",
        "$<script>alert(1)</script>$",
        r'![$\text{" onerror="alert(1)}$](data:image/png;base64,AAAA)',
        r'[x $\text{" onclick="alert(1)}$](https://example.org "$\text{\" onclick=\"alert(1)}$")',
        "<math><mi onclick='alert(1)'>x</mi></math> $x$",
        r"$\href{javascript:alert(1)}{x}$",
    ],
)
def test_nothing_gets_out_of_a_formula(text):
    page = BeautifulSoup(markdown(text), "html.parser")
    assert page.find(["script", "style"]) is None
    for element in page.find_all(True):
        assert not [name for name in element.attrs if name.startswith("on")]
        assert not str(element.get("href", "")).startswith("javascript")
    assert [
        image for image in page.find_all("img") if not str(image.get("src", "data:")).startswith("data:")
    ] == []
