"""Reads the bank: answers that are right in another way (alternates), or wrong (misconceptions)."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from autograder.errors import PracticalsError

BANK = "bank"  # the folder beside the text; nbgrader_config.py keeps it from students
Kind: TypeAlias = Literal["alternate", "misconception"]
KINDS: tuple[Kind, ...] = ("alternate", "misconception")
HEADER = re.compile(r"# (title|kind|fails|hint): *(.+)")
CELL = re.compile(r"# %% ([\w-]+)\s*")
FAILURE = re.compile(r"([\w-]+) ([\d.]+)/([\d.]+)")
FORM = (
    "A bank file begins with `# title: …` and `# kind: alternate`, or `# kind: misconception`, "
    "`# fails: <test grade_id> <points>/<max>, …` and `# hint: …`; then come its cells, "
    "`# %% <solution grade_id>`"
)


@dataclass(frozen=True)
class BankEntry:
    """One set of answers.

    Args:
        name: the file's name without .py.
        title: what the student does, in words.
        kind: "alternate" earns full marks, "misconception" does not.
        cells: answer code by the `grade_id` of the solution cell; cells not named hold the reference.
        fails: points that a test gives, and its maximum, by its `grade_id`; tests not named give full marks.
        hint: words that the feedback must hold; empty for an alternate.
    """

    name: str
    title: str
    kind: Kind
    cells: dict[str, str]
    fails: dict[str, tuple[float, float]] = field(default_factory=dict)
    hint: str = ""


def bank_folder(root: Path, practical: str) -> Path:
    """Where the bank of a practical is; it need not exist.

    Raises:
        PracticalsError: it is still where banks once were.
    """
    folder, former = (Path("source", practical, BANK), Path("tests", "bank", practical))
    if not (root / folder).exists() and any((root / former).glob("*.py")):
        raise PracticalsError(
            f"the bank of {practical} is in {former}, and belongs beside the text",
            f"Move it: git mv {former} {folder}",
        )
    return root / folder


def read_bank(root: Path, practical: str) -> list[BankEntry]:
    """The bank of a practical, `source/<practical>/bank/*.py`, by file name; empty where there is none.

    Raises:
        PracticalsError: a file does not have the form.
    """
    return [read_entry(path) for path in sorted(bank_folder(root, practical).glob("*.py"))]


def read_entry(path: Path) -> BankEntry:
    """Read one bank file.

    Raises:
        PracticalsError: it does not have the form.
    """
    header: dict[str, str] = {}
    cells: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in path.read_text("utf-8").splitlines():
        if match := CELL.fullmatch(line):
            if match[1] in cells:
                raise PracticalsError(f"{path} has two cells {match[1]!r}", "Join them")
            current = cells[match[1]] = []
        elif current is not None:
            current.append(line)
        elif match := HEADER.fullmatch(line):
            header[match[1]] = match[2].strip()
        elif line.strip():
            raise PracticalsError(f"{path} begins with {line!r}", FORM)
    kind = next((one for one in KINDS if one == header.get("kind")), None)
    needed = {"title", "kind"} | ({"fails", "hint"} if kind == "misconception" else set())
    if kind is None or set(header) != needed or not cells:
        raise PracticalsError(f"the header or the cells of {path} are not complete", FORM)
    return BankEntry(
        name=path.stem,
        title=header["title"],
        kind=kind,
        cells={name: "\n".join(lines).strip("\n") for name, lines in cells.items()},
        fails=_failures(header["fails"], path) if "fails" in header else {},
        hint=header.get("hint", ""),
    )


def _failures(text: str, path: Path) -> dict[str, tuple[float, float]]:
    failures = {}
    for item in text.split(","):
        match = FAILURE.fullmatch(item.strip())
        if match is None or float(match[2]) >= float(match[3]):
            raise PracticalsError(f"{path}: {item.strip()!r} is not a test that fails", FORM)
        failures[match[1]] = (float(match[2]), float(match[3]))
    return failures
