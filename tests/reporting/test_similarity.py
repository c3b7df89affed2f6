"""Similar answers: what is shared by few is found, what everybody writes is not."""

from similar_answers import DISGUISED, UNUSUAL

from autograder.reporting.similarity import (
    FEWEST_SHARED,
    RUN,
    code_tokens,
    identifiers,
    similar_answers,
    words,
)

USUAL = """def total(values):
    result = 0
    for value in values:
        result += value
    return result
"""
NAMES = {"total"}


def pairs(answers, known=(), prose=()):
    found = similar_answers(
        {student: {"total": text} for student, text in answers.items()}, {"total": known}, NAMES, prose
    )
    return [pair.students for pair in found]


def test_names_layout_and_comments_make_no_difference():
    assert code_tokens(UNUSUAL, frozenset(NAMES)) == code_tokens(DISGUISED, frozenset(NAMES))
    (pair,) = similar_answers(
        {"a": {"total": UNUSUAL}, "b": {"total": DISGUISED}, "c": {"total": USUAL}}, {}, NAMES
    )
    assert pair.students == ("a", "b")
    assert pair.share == 1
    assert pair.answers == (UNUSUAL, DISGUISED)


def test_known_answers_are_no_reason_for_suspicion():
    assert pairs({"a": UNUSUAL, "b": DISGUISED}) == [("a", "b")]
    assert pairs({"a": UNUSUAL, "b": DISGUISED}, known=[UNUSUAL]) == []


def test_what_many_wrote_is_no_reason_for_suspicion():
    three = dict.fromkeys("abc", UNUSUAL)
    assert len(pairs(three)) == 3
    assert pairs(three | {"d": DISGUISED}) == []
    # in a larger class, the same four are few
    others = {f"s{number}": USUAL for number in range(40)}
    assert len(pairs(three | {"d": DISGUISED} | others)) == 6


def test_few_shared_runs_are_chance():
    assert len(code_tokens("x = a + b", frozenset())) < RUN + FEWEST_SHARED
    assert pairs({"a": "x = a + b", "b": "x = a + b"}) == []


def test_code_that_is_no_python_is_compared_too():
    broken = UNUSUAL.replace("return result", "return (result")
    assert pairs({"a": broken, "b": broken}) == [("a", "b")]


def test_words():
    text = (
        "He initialisation keeps the variance of a layer near that of its inputs, as half of them are zero."
    )
    assert words("He's, über 2 λ") == ["he", "s", "über", "2", "λ"]
    assert pairs({"a": text, "b": text.upper()}, prose=["total"]) == [("a", "b")]


def test_names_of_the_notebook_stay():
    assert identifiers(["model = keras.Sequential(layers)"]) == {"model", "keras", "Sequential", "layers"}
    assert code_tokens("mine.fit(theirs)", frozenset({"theirs"})) == [
        "‹name›",
        ".",
        "fit",
        "(",
        "theirs",
        ")",
    ]
