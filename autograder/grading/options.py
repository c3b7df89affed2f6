"""What a grading run may be told."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class GradeOptions:
    """Options of `autograder.grading.run.grade`; whoever grades names only those that differ.

    Args:
        submitted: the class folder, in nbgrader's layout; default: submitted/ of the checkout.
        output: receives gradebook.db, submitted/, autograded/, feedback/, grades.csv; default: the checkout.
        json_file: where the results go as JSON too (see `autograder.grading.results.as_json`); default: none.
        force: grade again what has not changed.
        workers: how many submissions are executed at a time.
        cell_seconds: of processor time that one cell may take; default: what nbgrader_config.py says.
        due: when the practical is due, as `dates.moment` reads it; default: what the gradebook has.
        sandboxed: False executes submissions without isolation.
        db_url: the gradebook's address; default: that of nbgrader_config.py, else gradebook.db in the output.
        cluster: address of a Dask scheduler whose workers execute the submissions; default: this machine.
        students: ids of those who are graded in this run; default: all.
        rename: cells that are called otherwise now, as "FORMER=NAME" (see `renaming.rename`).
        why: the reason for which marks change in this run; students read it on their pages.

    Example:
        >>> grade(root, "p01_mlp_basics", console, GradeOptions(submitted=Path("class"), workers=4))
    """

    submitted: Path | None = None
    output: Path | None = None
    json_file: Path | None = None
    force: bool = False
    workers: int = 2
    cell_seconds: int | None = None
    due: str | None = None
    sandboxed: bool = True
    db_url: str | None = None
    cluster: str | None = None
    students: tuple[str, ...] = ()
    rename: tuple[str, ...] = ()
    why: str = ""
