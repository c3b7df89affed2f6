"""Keeps what float32 work takes of tolerances (bank/rounding.json), for it takes minutes to measure."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from autograder.files import write_atomically
from autograder.practical.bank import bank_folder
from autograder.practical.digests import course_utils_folder, digest, modules_digest
from autograder.proof.rounding import Check, Rounding

FILE = "rounding.json"
COMPARES = ("expect.py", "values.py")  # of course_utils, what tolerances depend on


def rounding_digest(cells: Iterable) -> str:
    """SHA-256 of what a measurement depends on, chance and the machine apart.

    Args:
        cells: name and code of the test, and of all cells that it needs.
    """
    compared = [(course_utils_folder() / name).read_text("utf-8") for name in COMPARES]
    return digest([list(cells), compared, modules_digest("autograder.proof.rounding")])[:16]


class Kept:
    """The measurements that are kept of a practical; those that are not asked for go.

    Args:
        root: the checkout.
        practical: its name.
    """

    def __init__(self, root: Path, practical: str):
        self.path = bank_folder(root, practical) / FILE
        self.rows = json.loads(self.path.read_text("utf-8")) if self.path.exists() else {}
        self.used: dict[str, dict] = {}

    def find(self, key: str) -> Rounding | None:
        """What is kept under a digest."""
        row = self.rows.get(key)
        if row is None:
            return None
        self.used[key] = row
        checks = {int(line): Check(**check) for line, check in row["checks"].items()}
        return Rounding(row["draws"], checks, row["failed"], row["said"])

    def add(self, key: str, test: str, entry: str, rounding: Rounding) -> None:
        """Keep a measurement of a test on an entry of the bank, or on the reference ("")."""
        self.used[key] = {"test": test, "entry": entry, **asdict(rounding)}

    def write(self) -> None:
        """Write what was found and added."""
        if self.used and self.used != self.rows:
            write_atomically(self.path, json.dumps(self.used, indent=1, sort_keys=True) + "\n")
