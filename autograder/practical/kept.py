"""Keeps digests that take long to work out, each under a digest of all that it depends on."""

import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from autograder.files import write_atomically
from autograder.practical.paths import COURSE_ROOT_MARKER

CHECKOUT = Path(__file__).parents[2]
MOST = 100  # kept digests
DIGEST = re.compile(r"[0-9a-f]{64}\n?")


def kept(key: str, work_out: Callable[[], str]) -> str:
    """A digest that was worked out before, else what `work_out` gives, which is kept from now on.

    They are kept in build/digests of the checkout, a file each, written whole. Where this package is
    installed elsewhere, or the folder cannot be written, nothing is kept.

    Args:
        key: SHA-256 of all that the digest depends on.
        work_out: gives the digest.
    """
    folder = CHECKOUT / "build" / "digests"
    with suppress(OSError, UnicodeDecodeError):
        if DIGEST.fullmatch(found := (folder / key).read_text("utf-8")):
            return found.strip()
    made = work_out()
    if (CHECKOUT / COURSE_ROOT_MARKER).is_file():
        with suppress(OSError):
            write_atomically(folder / key, f"{made}\n")
            _prune(folder)
    return made


def _prune(folder: Path) -> None:
    """Remove what was written longest ago, where there are more than `MOST`."""
    files = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in files[MOST:]:
        path.unlink(missing_ok=True)
