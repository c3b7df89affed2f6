"""Reads the bank's list of mutants that no test can notice, because they are right answers too, and why."""

import json
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import PracticalsError
from autograder.practical.bank import bank_folder
from autograder.proof.mutation import Mutant

FILE = "equivalent_mutants.toml"
FORM = (
    'It holds tables like\n[[equivalent]]\ncell = "build-mlp"\nreason = "why these are right answers"\n'
    'mutants = [["before", "after"]]'
)


@dataclass(frozen=True)
class Equivalent:
    """A change of a reference that leaves it right.

    Args:
        cell: `grade_id` of the solution cell.
        before, after: as the audit names the mutant.
        reason: why it is right.
    """

    cell: str
    before: str
    after: str
    reason: str


def read_equivalents(root: Path, practical: str) -> list[Equivalent]:
    """The equivalent mutants that `source/<practical>/bank/equivalent_mutants.toml` lists; none without it.

    Raises:
        PracticalsError: the file does not have its form, or lists a mutant twice.
    """
    path = bank_folder(root, practical) / FILE
    if not path.exists():
        return []
    found: list[Equivalent] = []
    try:
        for table in tomllib.loads(path.read_text("utf-8"))["equivalent"]:
            if set(table) != {"cell", "reason", "mutants"} or not table["reason"].strip():
                raise KeyError(f"a table with {', '.join(table)}")
            found += [
                Equivalent(table["cell"], before, after, table["reason"])
                for before, after in table["mutants"]
            ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PracticalsError(f"{path} does not have its form ({error})", FORM) from error
    keys = [(one.cell, one.before, one.after) for one in found]
    if twice := {key for key in keys if keys.count(key) > 1}:
        raise PracticalsError(f"{path} lists a mutant twice: {sorted(twice)[0]}", "Remove one of them")
    return found


def entry(cell: str, mutants: Iterable[Mutant]) -> str:
    """A table to paste into the file, its reason left to write."""
    lines = "".join(
        f"  [{json.dumps(one.before, ensure_ascii=False)}, {json.dumps(one.after, ensure_ascii=False)}],\n"
        for one in mutants
    )
    return f'[[equivalent]]\ncell = "{cell}"\nreason = ""\nmutants = [\n{lines}]\n'
