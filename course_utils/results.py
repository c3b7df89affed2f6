"""What checking an exercise gave: as data, which a test cell hands on to pages and reports, and as text.

Leaving `expect.exercise` hands the data on under `RESULT_TYPE`; docs/grading.md has its fields. Only what
comes out of a test cell is a result: who reads it decides whether that cell's process is to be trusted.
"""

import textwrap
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from course_utils import values

RESULT_TYPE = "application/vnd.practicals.check+json"
VERSION = 1  # of the fields; a reader takes no other
LONGEST = 500  # characters of one field; what is longer ends in "…"
PASSED, FAILED, UNANSWERED = "passed", "failed", "unanswered"
UNANSWERED_MARK = "not answered yet"  # also in the message of a release notebook's NotImplementedError
WIDTH = 82  # columns of printed feedback: what `nbgrader validate` shows without cutting lines off
INDENT = "  "  # of the feedback under a part
LABEL_WIDTH = 14  # "Likely cause: "


@dataclass(frozen=True)
class PartResult:
    """What one part of an exercise gave.

    Args:
        title: what the part checks, in a few words.
        points: its points.
        state: `PASSED`, `FAILED` or `UNANSWERED`.
        what: what was checked; this and the rest are None in a part that passed, and where there is nothing
            to say.
        expected: what was expected.
        got: what was found instead.
        line: the line of the student's cell that an error came from.
        cause: the likely cause.
        step: what to do next.
    """

    title: str
    points: float
    state: str
    what: str | None = None
    expected: str | None = None
    got: str | None = None
    line: str | None = None
    cause: str | None = None
    step: str | None = None

    @property
    def passed(self) -> bool:
        """Whether it earned its points."""
        return self.state == PASSED

    @property
    def heading(self) -> str:
        """One line: "✗ the layers: 0 of 2 points"; without points where it has none."""
        sign, earned = ("✓", self.points) if self.passed else ("✗", 0)
        points = f": {earned:g} of {points_text(self.points)}" if self.points else ""
        outcome = f", {UNANSWERED_MARK}" if self.state == UNANSWERED else ""
        return f"{sign} {self.title}{points}{outcome}"

    @property
    def fields(self) -> dict[str, str]:
        """What there is to say, by its label, in the order in which it is said."""
        return labelled(self.what, self.expected, self.got, self.line, self.cause, self.step)

    def __str__(self):
        return "\n".join([self.heading, *(INDENT + line for line in wrapped(self.fields))])


@dataclass(frozen=True)
class ExerciseResult:
    """What an exercise gave.

    Args:
        title: the exercise's name.
        earned: points of the parts that passed.
        points: of the whole exercise, hidden parts included.
        parts: those that were tried, in their order.
    """

    title: str
    earned: float
    points: float
    parts: tuple[PartResult, ...] = ()

    @property
    def failed(self) -> list[PartResult]:
        """The parts that did not pass."""
        return [part for part in self.parts if not part.passed]

    def __str__(self):
        return "\n".join(map(str, self.parts))

    def as_data(self) -> dict:
        """As JSON takes it; fields of a part with nothing to say are left out."""
        data = asdict(self)
        data["parts"] = [
            {name: value for name, value in part.items() if value is not None} for part in data["parts"]
        ]
        return {"version": VERSION, **data}


def part_result(title: str, points: float, state: str, **said: str | None) -> PartResult:
    """A part's result, each string on one line of printable characters, of `LONGEST` at most.

    Args:
        title, points, state: as in `PartResult`.
        said: its other fields.

    Raises:
        TypeError: a field is of another kind, or there is no such field.
    """
    if state not in (PASSED, FAILED, UNANSWERED):
        raise TypeError(f"no state of a part: {state!r}")
    kept = {name: one_line(value) for name, value in said.items() if value is not None}
    return PartResult(one_line(title), _number(points), state, **kept)


def from_data(data: object) -> ExerciseResult | None:
    """The result that `as_data` wrote; None where the data are something else. They may be a stranger's."""
    if not isinstance(data, Mapping) or data.get("version") != VERSION:
        return None
    try:
        parts = tuple(part_result(**part) for part in data["parts"])
        return ExerciseResult(
            one_line(data["title"]), _number(data["earned"]), _number(data["points"]), parts
        )
    except (TypeError, ValueError, KeyError):
        return None


def labelled(
    what: str | None,
    expected: str | None,
    got: str | None,
    line: str | None,
    cause: str | None,
    step: str | None,
) -> dict[str, str]:
    """The fields of a failed check that say something, by the labels that people read."""
    said = {
        "Checked": what,
        "Expected": expected,
        "Got": ", ".join(filter(None, (got, line))),
        "Likely cause": cause,
        "Next step": step,
    }
    return {label: text for label, text in said.items() if text}


def wrapped(said: Mapping[str, str]) -> list[str]:
    """Labelled fields as lines: "Expected:     266,610"."""
    return [
        line
        for label, text in said.items()
        for line in textwrap.wrap(
            text,
            WIDTH - len(INDENT),
            initial_indent=f"{label}:".ljust(LABEL_WIDTH),
            subsequent_indent=" " * LABEL_WIDTH,
            break_on_hyphens=False,
        )
    ]


def one_line(value: object) -> str:
    """A string as results have it; raises TypeError for anything else."""
    if not isinstance(value, str):
        raise TypeError(f"no string: {type(value).__name__}")
    return values.clean(value, LONGEST)


def points_text(points: float) -> str:
    """Points in words: "1 point", "2.5 points"."""
    return f"{points:g} point" if points == 1 else f"{points:g} points"


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"no number: {type(value).__name__}")
    return value
