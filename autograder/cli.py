"""The command line, `practicals`: one function a command; errors become sentences."""

import errno
import sys
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.markup import escape

from autograder.errors import PracticalsError
from autograder.paths import course_root

# Commands import what they need when they run: `practicals --help` must not wait for TensorFlow.

app = typer.Typer(
    name="practicals",
    help="Build, grade and check the deep-learning practicals.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
PracticalNames = Annotated[
    list[str] | None, typer.Argument(help="practicals by name, as in source/; default: all of them")
]


@app.callback()
def _practicals() -> None:
    """Build, grade and check the deep-learning practicals."""


@app.command()
def doctor() -> None:
    """Say what this machine has for the practicals, and what to do about each gap."""
    from autograder.doctor import as_table, examine

    findings = examine(course_root())
    Console().print(as_table(findings))
    if any(finding.gap and finding.required for finding in findings):
        raise typer.Exit(1)


@app.command()
def build(
    names: PracticalNames = None,
    check: Annotated[
        bool, typer.Option("--check", help="build nothing; fail if a file is stale, edited by hand or leaks")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="execute also what has not changed")] = False,
) -> None:
    """Bring text and notebook together, execute at the quick budget, make the release."""
    if check:
        from autograder.check import problems

        found = problems(course_root(), names)
        for problem in found:
            typer.echo(problem)
        raise typer.Exit(1 if found else 0)
    from autograder.build import build_all

    build_all(course_root(), names, Console(), force=force)


@app.command()
def measure(
    name: Annotated[str, typer.Argument(help="a practical by name, as in source/")],
    seeds: Annotated[int, typer.Option(min=1, help="number of runs, with the seeds 42, 43, …")] = 5,
    budget: Annotated[Literal["quick", "full"], typer.Option(help="how much each run computes")] = "quick",
) -> None:
    """Run a practical once per seed; write figures and the error rates of thresholds to results.json."""
    from autograder.measure import measure

    root = course_root()
    typer.echo(f"wrote {measure(root, name, budget, seeds, Console()).relative_to(root)}")


def main() -> None:
    """Run the command line; a known error becomes one sentence on stderr and an exit status other than 0."""
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        app()
    except PracticalsError as error:
        errors.print(f"[red]practicals:[/red] {escape(str(error))}", markup=True)
        sys.exit(error.exit_code)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        errors.print(
            f"[red]practicals:[/red] the disk is full ({error.filename or 'no file named'}). "
            "Free some space and run the same command again: what was finished is kept."
        )
        sys.exit(2)


if __name__ == "__main__":
    main()
