"""Whether feedback holds the hint that a wrong answer of the bank is to get, and no other answer's hint."""

from collections.abc import Mapping

from autograder.practical.bank import BankEntry
from course_utils.results import ExerciseResult


def hint_problems(one: BankEntry, results: Mapping[str, ExerciseResult], bank: list[BankEntry]) -> list[str]:
    """What is wrong with the hints that an entry of the bank got.

    Args:
        one: the entry; an alternate gets no hints.
        results: what the tests handed on, by test.
        bank: all entries, whose hints must not appear where they answer the same exercise.
    """
    if one.kind != "misconception" or not one.fails:  # with `--only`, what fails may be another exercise's
        return []
    failed = [part for name in one.fails if name in results for part in results[name].failed]
    said = [text for part in failed for text in part.fields.values()]
    problems = []
    if not _is_in(one.hint, said):
        problems.append(
            f"its hint {one.hint!r} is not in the feedback of {', '.join(one.fails)}:\n"
            + "\n".join(map(str, failed))
        )
    for other in bank:
        same_exercise = set(other.cells) & set(one.cells) and set(other.fails) & set(one.fails)
        if other.kind == "misconception" and other is not one and same_exercise:
            told_apart = other.hint not in one.hint and one.hint not in other.hint
            if told_apart and _is_in(other.hint, said):
                problems.append(f"the hint of {other.name}.py appears too: {other.hint!r}")
    return problems


def _is_in(hint: str, said: list[str]) -> bool:
    return any(hint in text for text in said)
