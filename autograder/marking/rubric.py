"""Items of a rubric: points and a sentence that many essays get; which ones, an essay's comment itself says.

A comment begins with a line for each item that applies, `- the sentence (+1)`; what else the marker wrote
stands below. So nothing but the list of items is kept outside the gradebook, in `marking/NAME/rubric.json`.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from autograder.errors import PracticalsError
from autograder.files import write_atomically

LONGEST = 500  # characters of an item's sentence


@dataclass(frozen=True)
class Item:
    """An item of a rubric.

    Args:
        points: that it gives or, below 0, takes.
        text: what the student reads, one line of Markdown.
    """

    points: float
    text: str

    @property
    def line(self) -> str:
        """Its line in a comment, such as "- names the factor (+0.5)"."""
        return f"- {self.text} ({'−' if self.points < 0 else '+'}{abs(self.points):g})"


def item(points: object, text: object) -> Item:
    """An item as somebody typed it.

    Raises:
        PracticalsError: the points are not a number, or there is no sentence.
    """
    number = as_number(points)
    if not isinstance(text, str) or not (sentence := " ".join(text.split())):
        raise PracticalsError("an item needs a sentence", "Write what the student is to read")
    if len(sentence) > LONGEST:
        raise PracticalsError(f"the sentence has {len(sentence)} characters", f"At most {LONGEST} go")
    return Item(number, sentence)


def as_number(text: object) -> float:
    """Points as somebody typed them, with a point or a comma.

    Raises:
        PracticalsError: they are not a number.
    """
    try:
        number = float(str(text).strip().replace(",", ".").replace("−", "-"))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise PracticalsError(f"{text!r} is not a number", "Write points as 2 or 1.5")
    return number


def read_apart(comment: str, items: Sequence[Item]) -> tuple[list[int], str]:
    """Which of the items a comment has, by their places in the list, and what else it says."""
    lines = comment.split("\n")
    ticked = [place for place, one in enumerate(items) if one.line in lines]
    own = {items[place].line for place in ticked}
    return ticked, "\n".join(line for line in lines if line not in own).strip()


def put_together(ticked: Sequence[int], items: Sequence[Item], text: str) -> str:
    """The comment that `read_apart` reads."""
    lines = "\n".join(items[place].line for place in sorted(ticked))
    return "\n\n".join(part for part in (lines, text.strip()) if part)


def points(ticked: Sequence[int], items: Sequence[Item], max_score: float) -> float | None:
    """The score that items give together, from 0 to the maximum; None for no items.

    Items add up. Where all of them take points, they take them from the maximum.
    """
    if not ticked:
        return None
    each = [items[place].points for place in ticked]
    start = max_score if all(one < 0 for one in each) else 0.0
    return min(max_score, max(0.0, round(start + sum(each), 6)))


class RubricFile:
    """The items of every essay of a practical, in a file.

    Args:
        path: the file; it need not be there.
    """

    def __init__(self, path: Path):
        self.path = path

    def read(self, question: str) -> list[Item]:
        """The items of an essay.

        Raises:
            PracticalsError: somebody edited the file, and it is no such list any more.
        """
        try:
            return [item(**one) for one in self._all().get(question, [])]
        except (TypeError, AttributeError) as error:
            raise self._damaged() from error

    def write(self, question: str, items: Sequence[Item]) -> None:
        """Keep the items of an essay."""
        kept = {**self._all(), question: [asdict(one) for one in items]}
        write_atomically(self.path, json.dumps(kept, indent=1, ensure_ascii=False) + "\n")

    def _all(self) -> dict[str, list[dict]]:
        try:
            found = json.loads(self.path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise self._damaged() from error
        if not isinstance(found, dict):
            raise self._damaged()
        return found

    def _damaged(self) -> PracticalsError:
        return PracticalsError(
            f"{self.path} is not a list of rubric items",
            "Correct it, or move it away; marks and comments stay",
        )
