"""Files that a crash, a spreadsheet or a full disk cannot spoil: written whole, and harmless where opened."""

import csv
import io
import os
import tempfile
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from autograder.errors import PracticalsError

# What begins with one of these is a formula to a spreadsheet (OWASP, "CSV injection")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment that an archive can name
UNIX = 3  # whose permissions an archive has


def harmless(text: str) -> str:
    """Text with an apostrophe before it where a spreadsheet would take it for a formula; see `original`."""
    return f"'{text}" if text.lstrip("'").startswith(FORMULA) else text


def original(text: str) -> str:
    """What `harmless` was given."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(FORMULA) else text


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file so that readers, and a crash, see the old one or the new one whole; make its folders.

    Args:
        path: an existing file keeps its permissions, a new one gets 0644.
        content: text is written as UTF-8, its line ends as they are.
    """
    with _replacing(path) as temporary:
        temporary.write_bytes(content.encode() if isinstance(content, str) else content)


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    """Rows as CSV for a spreadsheet: text that it would run is marked (`harmless`), None is an empty cell.

    Numbers are not formulas, so a negative one is to come as a number, not as text.
    """
    return csv_as_read([harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)


def csv_as_read(rows: Iterable[Iterable[object]]) -> str:
    """Rows as CSV, cells as they are: for a table that was read, and that its own program reads again."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def write_csv(path: Path, rows: Iterable[Iterable[object]]) -> None:
    """Write rows, the first of which names the columns, as `csv_text` has them."""
    write_atomically(path, csv_text(rows))


def write_zip(
    path: Path, contents: Mapping[str, str | bytes | Path], executable: Collection[str] = ()
) -> None:
    """Write an archive; the same contents give the same bytes, whenever and from whatever files.

    Args:
        path: of the archive.
        contents: by the name in the archive: text, bytes, or a file to be read.
        executable: the names of those that are programs.
    """
    with _replacing(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(contents.items()):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system = UNIX
            entry.external_attr = (0o755 if name in executable else 0o644) << 16
            data = content.read_bytes() if isinstance(content, Path) else content
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED)


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """A temporary file beside `path` that takes its place at the end, and is gone after an exception."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(path.stat().st_mode if path.exists() else 0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def writable(folder: Path) -> Path:
    """`folder`, made if need be.

    Raises:
        PracticalsError: it cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PracticalsError(
            f"cannot make the folder {folder} ({error.strerror})", "Name another one"
        ) from error
    if not os.access(folder, os.W_OK):
        raise PracticalsError(f"cannot write in {folder}", "Change its permissions, or name another folder")
    return folder
