"""Writes the forms of `practicals export` into the instructors' guide.

python -m autograder.reporting.export_table
"""

from pathlib import Path

from autograder.errors import PracticalsError
from autograder.files import write_atomically
from autograder.practical.paths import course_root
from autograder.reporting.exports import export_class, export_names

BEGIN, END = "<!-- exports: written by autograder.reporting.export_table -->\n", "<!-- end of exports -->\n"


def guide(root: Path) -> Path:
    """The page that has the table."""
    return root / "docs" / "instructors.md"


def with_table(text: str) -> str:
    """A page with the table of all forms between its two marks.

    Raises:
        PracticalsError: the page has no marks.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise PracticalsError(
            "the guide has no place for the table of exports", f"Put {BEGIN.strip()} and {END.strip()} there"
        )
    rows = [
        f"| `{name}` | {kind.writes} | {kind.gets_in} |\n"
        for name, kind in ((name, export_class(name)) for name in export_names())
    ]
    head = "| `--format` | what it writes to `build/export/` | how it gets in |\n|---|---|---|\n"
    return f"{before}{BEGIN}{head}{''.join(rows)}{END}{after}"


if __name__ == "__main__":
    page = guide(course_root())
    write_atomically(page, with_table(page.read_text("utf-8")))
