"""Measures what grading one more submission costs, practical by practical and test by test."""

import json
import shutil
import statistics
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from autograder.bench.grade import practicals_command
from autograder.bench.versions import in_turn, timed, versions
from autograder.errors import PracticalsError
from autograder.files import write_atomically
from autograder.practical.paths import practical_names

REFERENCE = "s01_reference"  # the student of a sample class who hands in the reference answers
TESTS = "tests/"  # of the parts of a submission's seconds those of single test cells
DEAREST = 3  # test cells of each practical that are shown


@dataclass
class Cost:
    """What one more submission of a practical costs, in one version of the course, with one worker.

    Args:
        practical: its name.
        seconds: by the clock.
        processor: seconds of processor time of the command and all that it starts.
        tests: median seconds of each test cell, by `grade_id`; empty for versions that do not count them.
    """

    practical: str
    seconds: float
    processor: float
    tests: dict[str, float] = field(default_factory=dict)


def bench_submissions(
    root: Path, submissions: int, against: Path | None, console: Console, json_file: Path | None = None
) -> dict[str, list[Cost]]:
    """Grade reference answers of every practical, by this checkout and by another one, in turn.

    Each version grades its own reference answers: once one submission, once as many more as are asked for.
    The difference leaves out the start of the command. All at the quick budget, with one worker and a new
    gradebook each time.

    Args:
        root: the checkout; its practicals must be built.
        submissions: how many more submissions the second run grades.
        against: another checkout, or None for none.
        console: where the tables go.
        json_file: where all figures go; default: nowhere.

    Returns:
        the costs by checkout, `now` and `before`.

    Raises:
        PracticalsError: `against` is no checkout, or a command failed.
    """
    checkouts = versions(root, against)
    costs: dict[str, list[Cost]] = {version: [] for version in checkouts}
    for number, practical in enumerate(practical_names(root)):
        for version, checkout in in_turn(checkouts, practical, number):
            costs[version].append(_cost(checkout, practical, submissions))
            latest = costs[version][-1]
            console.print(
                f"{practical}, {version}: {latest.processor:.2f} s of processor, {latest.seconds:.2f} s",
                highlight=False,
            )
    _show(costs, console)
    if json_file is not None:
        figures = {version: [asdict(cost) for cost in found] for version, found in costs.items()}
        write_atomically(json_file, json.dumps(figures, indent=1) + "\n")
    return costs


def _cost(checkout: Path, practical: str, submissions: int) -> Cost:
    """What one more submission costs in a checkout.

    Raises:
        PracticalsError: a command failed.
    """
    with tempfile.TemporaryDirectory(prefix="bench-submissions-") as name:
        folder = Path(name)
        timed(checkout, practicals_command("sample-class", practical, folder / "sample"))
        handed_in, class_folder = folder / "sample" / REFERENCE, folder / "class"
        report = folder / "report.json"

        def graded(number: int) -> tuple[float, float]:
            for student in range(number):
                shutil.copytree(handed_in, class_folder / f"s{student:03}", dirs_exist_ok=True)
            command = practicals_command(
                "grade", practical, "--submitted", class_folder, "--output", folder / f"of-{number}",
                "--workers", 1, "--json", report,
            )  # fmt: skip
            return timed(checkout, command)

        one, more = graded(1), graded(1 + submissions)
        results = json.loads(report.read_text("utf-8"))["submissions"]
    wrong = [result["status"] for result in results if result["status"] != "graded"]
    if wrong:
        raise PracticalsError(
            f"reference answers of {practical} were not graded ({wrong[0]})",
            f"Run `practicals audit {practical}` in {checkout}",
        )
    parts = [result["seconds_by_part"] for result in results]
    names = [part for part in parts[0] if part.startswith(TESTS)]
    return Cost(
        practical,
        (more[0] - one[0]) / submissions,
        (more[1] - one[1]) / submissions,
        {name.removeprefix(TESTS): statistics.median(part[name] for part in parts) for name in names},
    )


def _show(costs: dict[str, list[Cost]], console: Console) -> None:
    before = {cost.practical: cost for cost in costs.get("before", [])}
    table = Table(title="One more submission, one worker")
    table.add_column("Practical")
    for heading in ("Seconds", "Processor s", "Before", "Times as cheap"):
        table.add_column(heading, justify="right")
    ratios = []
    for cost in costs["now"]:
        row = [cost.practical, f"{cost.seconds:.2f}", f"{cost.processor:.2f}"]
        if earlier := before.get(cost.practical):
            ratios.append(earlier.processor / cost.processor)
            row += [f"{earlier.processor:.2f}", f"{ratios[-1]:.2f}"]
        table.add_row(*row)
    console.print(table)
    if ratios:
        console.print(
            f"In the mean {statistics.geometric_mean(ratios):.2f} times as cheap as before.", highlight=False
        )
    tests = Table(title="The dearest test cells")
    for heading in ("Practical", "Test cell", "Seconds", "Of all tests"):
        tests.add_column(heading, justify="right" if heading in ("Seconds", "Of all tests") else "left")
    for cost in costs["now"]:
        total = sum(cost.tests.values())
        for name in sorted(cost.tests, key=cost.tests.__getitem__, reverse=True)[:DEAREST]:
            tests.add_row(cost.practical, name, f"{cost.tests[name]:.2f}", f"{cost.tests[name] / total:.0%}")
    console.print(tests)
