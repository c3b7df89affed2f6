"""Measures how long whole practicals run, experiments included, beside another version of the course."""

import json
import statistics
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from autograder.bench.versions import in_turn, timed, versions
from autograder.files import write_atomically
from autograder.practical.paths import practical_names, source_text


@dataclass(frozen=True)
class Time:
    """What one run of a practical's source notebook took, start of the kernel included.

    Args:
        practical: its name.
        version: `now` or `before`.
        seconds: by the clock.
        processor: seconds of processor time of all its processes.
    """

    practical: str
    version: str
    seconds: float
    processor: float


def bench_notebooks(
    root: Path,
    names: list[str],
    budget: str,
    against: Path | None,
    rounds: int,
    console: Console,
    json_file: Path | None = None,
) -> list[Time]:
    """Run source notebooks from top to bottom, those of this checkout and of another one, in turn.

    Args:
        root: the checkout; its practicals must be built.
        names: of practicals, none for all; those that `against` does not have are run here only.
        budget: `quick` or `full`.
        against: another checkout, or None for none.
        rounds: how often each is run.
        console: where the table goes.
        json_file: where all figures go; default: nowhere.

    Returns:
        all runs, in their order.

    Raises:
        PracticalsError: a name is no practical's, `against` is no checkout, or a notebook failed.
    """
    checkouts = versions(root, against)
    for name in names:
        source_text(root, name)
    times: list[Time] = []
    for number in range(rounds):
        for practical in names or practical_names(root):
            for version, checkout in in_turn(checkouts, practical, number):
                times.append(Time(practical, version, *_run(checkout, practical, budget)))
                latest = times[-1]
                console.print(
                    f"{practical}, {version}: {latest.seconds:.0f} s, {latest.processor:.0f} s of processor",
                    highlight=False,
                )
    _show(times, budget, console)
    if json_file is not None:
        write_atomically(json_file, json.dumps([asdict(one) for one in times], indent=1) + "\n")
    return times


def _run(checkout: Path, practical: str, budget: str) -> tuple[float, float]:
    """Run a notebook with nbconvert; the executed one is thrown away."""
    notebook = checkout / "source" / practical / f"{practical}.ipynb"
    with tempfile.TemporaryDirectory(prefix="bench-notebooks-") as folder:
        command = [
            sys.executable, "-m", "nbconvert", "--to", "notebook", "--execute", str(notebook),
            "--ExecutePreprocessor.timeout=-1", "--output-dir", folder,
        ]  # fmt: skip
        return timed(checkout, command, budget)


def _show(times: list[Time], budget: str, console: Console) -> None:
    table = Table(title=f"Whole practicals, {budget} budget, medians")
    table.add_column("Practical")
    for heading in ("Seconds", "Processor s", "Seconds before", "Processor s before", "Ratio"):
        table.add_column(heading, justify="right")
    for practical in dict.fromkeys(one.practical for one in times):
        row, processors = [], []
        for version in ("now", "before"):
            runs = [one for one in times if (one.practical, one.version) == (practical, version)]
            if runs:
                processors.append(statistics.median(one.processor for one in runs))
                row += [f"{statistics.median(one.seconds for one in runs):.0f}", f"{processors[-1]:.0f}"]
        ratio = [f"{processors[1] / processors[0]:.2f}"] if len(processors) == 2 else []
        table.add_row(practical, *row, *ratio)
    console.print(table)
    console.print("The ratio is of processor seconds: above 1, less than before.", highlight=False)
