"""`practicals coverage`: where each item of the published practicals is taught, graded and measured."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from nbformat import NotebookNode

from autograder.errors import PracticalsError
from autograder.files import write_atomically
from autograder.practical.notebooks import read_text
from autograder.practical.paths import practical_names, source_text

COVERS = "covers-"  # the tag of a markdown cell, before an item's number
HEADING = re.compile(r"^#{2,3} (.+?)(?: \([^()]*points[^()]*\))?$", re.MULTILINE)
RECORDS = "runs.record("  # an experiment with it keeps figures in results.json


@dataclass(frozen=True)
class Place:
    """A heading of a practical that covers items.

    Attributes:
        practical: name of the practical.
        heading: without the points in brackets.
        measured: whether code below it, up to the next heading, records figures.
    """

    practical: str
    heading: str
    measured: bool

    @property
    def graded(self) -> bool:
        """Whether it is an exercise, essays among them."""
        return self.heading.startswith("Exercise ")


def items_file(root: Path) -> Path:
    """The items: `[[item]]` of `number`, `group` and `title`, with reasons `ungraded`, `unmeasured`."""
    return root / "docs" / "coverage.toml"


def page_file(root: Path) -> Path:
    """The page for people."""
    return root / "docs" / "coverage.md"


def write_coverage(root: Path) -> Path:
    """Write docs/coverage.md from docs/coverage.toml and the tags `covers-<number>` of the texts.

    Raises:
        PracticalsError: an item is covered nowhere, a tag names no item, or a reason is missing or idle.
    """
    write_atomically(page_file(root), page(root))
    return page_file(root)


def page(root: Path) -> str:
    """The page, in Markdown; errors as `write_coverage`."""
    items = tomllib.loads(items_file(root).read_text("utf-8"))["item"]
    covered = places(root)
    if unknown := sorted(set(covered) - {item["number"] for item in items}):
        where = covered[unknown[0]][0]
        raise PracticalsError(
            f"{where.practical}, “{where.heading}”, has the tag {COVERS}{unknown[0]}, and no item has that "
            "number",
            f"Correct the tag, or add the item to {items_file(root).relative_to(root)}",
        )
    lines = [
        "# What the course covers",
        "",
        "Written by `practicals coverage`; every edit by hand is lost. The items are those of five published",
        "practicals that this course follows. *Graded* names exercises, *measured* experiments whose figures",
        "are kept and checked. A dash comes with its reason.",
    ]
    for group, of_group in groupby(items, key=lambda item: item["group"]):
        lines += ["", f"## {group}", "", "| | item | taught | graded | measured |", "|---|---|---|---|---|"]
        lines += [_row(item, covered[item["number"]]) for item in of_group]
    return "\n".join(lines) + "\n"


def places(root: Path) -> dict[int, list[Place]]:
    """Where each item is covered, by its number, in the order of the course."""
    found: defaultdict[int, list[Place]] = defaultdict(list)
    for name in practical_names(root):
        for number, place in _places_in(read_text(source_text(root, name)), name):
            if place not in found[number]:
                found[number].append(place)
    return found


def _places_in(notebook: NotebookNode, name: str) -> Iterator[tuple[int, Place]]:
    heading, records = "", False
    waiting: list[tuple[int, str]] = []
    for cell in [*notebook.cells, None]:
        headings = HEADING.findall(cell.source) if cell and cell.cell_type == "markdown" else []
        if headings or cell is None:
            yield from ((number, Place(name, told, records)) for number, told in waiting)
            waiting, records = [], False
            heading = headings[-1] if headings else heading
        if cell is None:
            return
        tags = [tag for tag in cell.metadata.get("tags", []) if tag.startswith(COVERS)]
        waiting += [(int(tag.removeprefix(COVERS)), heading) for tag in tags]
        records = records or (cell.cell_type == "code" and RECORDS in cell.source)


def _row(item: dict, found: list[Place]) -> str:
    number, title = item["number"], item["title"]
    if not found:
        raise PracticalsError(
            f"item {number}, {title}, is covered nowhere",
            f"Tag the cell that teaches it with {COVERS}{number}",
        )
    graded = [place for place in found if place.graded]
    measured = [place for place in found if place.measured and not place.graded]
    cells = [str(number), title, _in_words(found)]
    for places_of, key in ((graded, "ungraded"), (measured, "unmeasured")):
        if bool(places_of) == (key in item):
            fault = "has a reason it does not need" if places_of else "gives no reason"
            raise PracticalsError(f"item {number}, {title}, {fault}: `{key}`", "Correct docs/coverage.toml")
        cells.append(_in_words(places_of) if places_of else f"– ({item[key]})")
    return f"| {' | '.join(cells)} |"


def _in_words(found: list[Place]) -> str:
    """Practicals, each with its headings: exercises by number, all else by name."""
    by_practical = defaultdict(list)
    for place in found:
        short = re.sub(r"^(Exercise \d+).*", r"\1", place.heading).replace("Experiment: ", "")
        by_practical[place.practical[:3].upper()].append(short)
    return "; ".join(f"{practical}: {', '.join(headings)}" for practical, headings in by_practical.items())
