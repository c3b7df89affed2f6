"""Reads the CSV files that spreadsheets and platforms write."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from autograder.errors import PracticalsError


def csv_rows(file: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV file, each with the line that it begins in.

    Columns are separated by commas, semicolons or tabs; the encoding is UTF-8.

    Raises:
        PracticalsError: the file cannot be read, or has a quotation mark too many; it names the line.
    """
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PracticalsError(
            f"{file} is not UTF-8", "In the spreadsheet, save it as “CSV UTF-8”, or export it again"
        ) from error
    except OSError as error:
        raise PracticalsError(f"cannot read {file} ({error.strerror})", "Name the CSV file") from error
    heading = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=heading.count), strict=True)
    line = 1
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            raise wrong_line(
                file, line, 'it has a quotation mark (") that is not closed, or one too many'
            ) from error
        yield line, row
        line = rows.line_num + 1


def wrong_line(file: Path, line: int, problem: str) -> PracticalsError:
    """What is wrong in a line, in words."""
    return PracticalsError(f"{file}, line {line}: {problem}", "Correct the line; nothing was imported")
