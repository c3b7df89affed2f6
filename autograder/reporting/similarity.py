"""Finds answers that share what few others wrote: a list of pairs to look at, never a verdict.

Answers are compared as runs of tokens, as in Schleimer, Wilkerson, Aiken: Winnowing (SIGMOD 2003), here with
all runs kept: a class is small. Comments, layout and the names of a student's own variables make no
difference.
"""

import builtins
import itertools
import keyword
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

RUN = 8  # tokens
FEWEST_SHARED = 10  # runs; fewer are chance
COMMON_STUDENTS, COMMON_SHARE = 3, 0.1  # what more than the larger of these have is a common answer
OWN_NAME = "‹name›"
# Of any text, correct Python or not. What comes first wins: a text in three quotes that begins a line is
# documentation. A lexer of Pygments takes more than ten times as long, for answers that are thousands.
CODE = re.compile(
    r"""
      (?P<left_out> \# [^\n]* | (?m:^) [ \t]* [rRuU]? (?P<doc> \"{3} | \'{3} ) (?s:.*?) (?P=doc) )
    | (?P<string> \b [rRbBuUfF]{1,2} (?=["\'])  |
        (?P<long> \"{3} | \'{3} ) (?s:.*?) (?P=long) | " (?: \\. | [^"\\\n] )* " | ' (?: \\. | [^'\\\n] )* ' )
    | (?P<name> [^\W\d] \w* )
    | (?P<other> \d [\w.]* | \*\*=? | //=? | -> | [-+*/%@&|^=<>!:]= | \S )
    """,
    re.VERBOSE,
)
OF_PYTHON = frozenset({*keyword.kwlist, *dir(builtins)})
WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Pair:
    """Two answers to one exercise that share unusual runs of tokens.

    Args:
        grade_id: of the answer's cell.
        students: the two, by id.
        shared: number of unusual runs that both have.
        share: these, of the unusual runs of the answer that has fewer; above 0, at most 1.
        answers: the two answers.
    """

    grade_id: str
    students: tuple[str, str]
    shared: int
    share: float
    answers: tuple[str, str]


def similar_answers(
    answers: Mapping[str, Mapping[str, str]],
    known: Mapping[str, Iterable[str]],
    names: Iterable[str],
    prose: Iterable[str] = (),
) -> list[Pair]:
    """Pairs of answers that share at least `FEWEST_SHARED` unusual runs of `RUN` tokens, most first.

    A run is unusual when it is in no known answer and at most three students, or a tenth of the class where
    that is more, have it in this exercise.

    Args:
        answers: student id → `grade_id` of a solution cell → what the student wrote.
        known: `grade_id` → texts that make nobody suspicious: the stub, the reference, the bank, given code.
        names: identifiers of the notebook; others count as the student's own, and as one.
        prose: `grade_id` of the cells that are answered in words.
    """
    kept, prose = frozenset(names), frozenset(prose)
    limit = max(COMMON_STUDENTS, math.floor(COMMON_SHARE * len(answers)))
    runs_of_code = cache(lambda text: runs(code_tokens(text, kept)))
    runs_of_words = cache(lambda text: runs(words(text)))
    pairs = []
    for grade_id in sorted({name for written in answers.values() for name in written}):
        # short answers are the same words in many notebooks, and given code in every exercise
        runs_of = runs_of_words if grade_id in prose else runs_of_code
        harmless = {run for text in known.get(grade_id, ()) for run in runs_of(text)}
        found = {
            student: runs_of(written[grade_id]) - harmless
            for student, written in answers.items()
            if grade_id in written
        }
        students_with = defaultdict(list)
        for student in sorted(found):
            for run in found[student]:
                students_with[run].append(student)
        unusual = {run: students for run, students in students_with.items() if len(students) <= limit}
        own = Counter(student for students in unusual.values() for student in students)
        shared = Counter(
            pair for students in unusual.values() for pair in itertools.combinations(students, 2)
        )
        pairs += [
            Pair(
                grade_id,
                (one, other),
                number,
                number / min(own[one], own[other]),
                (answers[one][grade_id], answers[other][grade_id]),
            )
            for (one, other), number in shared.items()
            if number >= FEWEST_SHARED
        ]
    return sorted(pairs, key=lambda pair: (-pair.shared, pair.grade_id, pair.students))


def runs(tokens: list[str]) -> set[tuple[str, ...]]:
    """The runs of `RUN` tokens; none where there are fewer."""
    return {tuple(tokens[start : start + RUN]) for start in range(len(tokens) - RUN + 1)}


def words(text: str) -> list[str]:
    """The words of a text, in lower case."""
    return WORD.findall(text.lower())


def code_tokens(source: str, kept: frozenset[str] = frozenset()) -> list[str]:
    """The tokens of Python code, whether or not it is correct.

    Args:
        source: the code; comments, docstrings and white space are left out.
        kept: names that stay; others, attributes and builtins apart, become one and the same token.
    """
    tokens: list[str] = []
    for found in CODE.finditer(source):
        if found.lastgroup == "name":
            name = found[0]
            own = name not in kept and name not in OF_PYTHON and tokens[-1:] != ["."]
            tokens.append(OWN_NAME if own else name)
        elif not found["left_out"]:
            tokens.append(found[0])
    return tokens


def identifiers(sources: Iterable[str]) -> set[str]:
    """The names in Python code."""
    return {found["name"] for source in sources for found in CODE.finditer(source)} - {None}
